// Keeps the reading progress to the paragraph: watches which block has been seen, tells the server now and
// then, and once more when the page is left. Without this file the reader presses "mark as read".

const PAUSE_MS = 4000; // at most one message in this time

const text = document.querySelector("[data-progress-url]");
const bar = document.querySelector("[data-reading-bar]");
const state = document.querySelector("[data-reading-state]");
const markRead = document.querySelector("[data-mark-read]");

let seen = Number(text.dataset.seen); // the block last seen
let told = seen; // the last one the server has confirmed
let timer = 0;
let ended = false; // the server will not take any more (enrolment over)

const show = (answer) => {
  bar.value = Math.max(bar.value, answer.furthest);
  if (!answer.is_read) return;
  bar.value = bar.max;
  if (markRead) markRead.hidden = true;
  state.textContent = answer.is_done ? text.dataset.wordsDone : text.dataset.wordsRead;
};

const tell = async ({ leaving = false } = {}) => {
  clearTimeout(timer);
  timer = 0;
  if (ended || seen === told || seen < 1) return;
  const block = seen;
  try {
    const response = await fetch(text.dataset.progressUrl, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": text.dataset.csrf },
      body: JSON.stringify({ block }),
      keepalive: leaving,
    });
    if (response.ok) {
      told = block;
      show(await response.json());
    } else {
      ended = response.status < 500;
    }
  } catch {
    // No line: the block stays untold, and the next scroll or leaving the page tries again.
  }
};

const later = () => {
  if (!timer) timer = setTimeout(tell, PAUSE_MS);
};

/* A block counts as seen when its lower edge has come into view, or was jumped over. The mark only moves on:
   opening the page at its top must not forget where the reader was. */
const blocks = [...document.querySelectorAll("[data-block]")];
const end = document.getElementById("recall"); // what follows the text: who is there has passed all of it
const isPassed = (entry) =>
  entry.target === end
    ? entry.isIntersecting
    : entry.boundingClientRect.bottom <= (entry.rootBounds?.bottom ?? innerHeight) + 1;
const watch = new IntersectionObserver(
  (entries) => {
    const passed = entries
      .filter(isPassed)
      .map((entry) => (entry.target === end ? blocks.length : Number(entry.target.dataset.block)));
    const furthest = Math.max(seen, ...passed);
    if (furthest === seen) return;
    seen = furthest;
    bar.value = Math.max(bar.value, seen);
    later();
  },
  { threshold: [0, 0.25, 0.5, 0.75, 1] },
);

[...blocks, end].forEach((each) => watch.observe(each));
addEventListener("pagehide", () => tell({ leaving: true }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") tell({ leaving: true });
});

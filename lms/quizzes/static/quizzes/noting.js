// Notes when the candidate leaves the paper, comes back, or pastes text: best effort, nothing waits for it. The rules
// page says what is noted, the result page shows it.

const LEAST_MS = 3000; // a notification that flashes up is no leaving

const { url } = document.getElementById("noting").dataset;
const form = document.getElementById("paper");

const note = (event) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.dataset.csrf },
    body: JSON.stringify(event),
    keepalive: true,
  }).catch(() => {
    // no line: it is not worth a place in the queue of answers
  });

let since = 0; // when the page was left; 0 while it is in front
let timer = null;
let isTold = false;

const tellLeft = () => {
  isTold = true;
  note({ kind: "left_page" });
};

const leave = () => {
  if (since) return;
  since = Date.now();
  isTold = false;
  timer = setTimeout(tellLeft, LEAST_MS); // a page that goes on to the result never gets there
};

const comeBack = () => {
  if (!since || document.hidden) return;
  clearTimeout(timer);
  const away = Date.now() - since;
  since = 0;
  if (away < LEAST_MS) return;
  if (!isTold) tellLeft(); // phones put timers to sleep with the page
  note({ kind: "came_back", seconds: Math.round(away / 1000) });
};

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : comeBack()));
window.addEventListener("blur", leave);
window.addEventListener("focus", comeBack);

form.addEventListener("paste", ({ target, clipboardData }) => {
  const item = target.closest("[data-position]");
  const length = clipboardData?.getData("text").length ?? 0;
  if (item && length) note({ kind: "pasted", position: Number(item.dataset.position), length });
});

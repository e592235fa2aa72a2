// The editor of quizzes: its buttons and numbers at once. The server keeps the rules and draws the sections; without
// this script every button sends the form and gets it back changed.

const form = document.querySelector("form[data-quiz]");
const box = form.querySelector("[data-sections]");
const said = form.querySelector("[data-said]");
const WAIT = 350;

const say = (text) => {
  if (said.textContent !== text) said.textContent = text;
};

let running = null;
const ask = async (asked) => {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const body = new FormData(form);
  body.set("do", asked);
  body.set("part", "sections");
  const response = await fetch(form.action, { method: "POST", body, signal });
  if (!response.ok || response.redirected) throw new Error(`sections: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (signal.aborted) throw new DOMException("newer", "AbortError");
  return page.body;
};

const failed = (error) => {
  if (error.name === "AbortError") return;
  console.warn("the sections were not drawn again", error);
  said.textContent = form.dataset.offline;
};

/* Only the numbers: nobody's cursor moves while a number is typed. */
const count = async () => {
  try {
    const fresh = await ask("refresh");
    for (const one of box.querySelectorAll("[data-fit], [data-total], [data-problems]")) {
      const name = one.dataset.fit === undefined ? one.getAttributeNames().find((n) => n.startsWith("data-")) : `data-fit="${one.dataset.fit}"`;
      const other = fresh.querySelector(`[${name}]`);
      if (other) one.replaceChildren(...other.childNodes);
    }
    const problems = [...box.querySelectorAll(".quiz-bad")].map((one) => one.textContent.trim());
    say([box.querySelector("[data-total]").textContent.trim(), ...problems].join(" "));
  } catch (error) {
    failed(error);
  }
};

/* All sections anew: another bank, another kind, a button. */
const redraw = async (asked, focus) => {
  const opened = [...box.querySelectorAll("details[open]")].map((one) => one.closest("fieldset").id);
  try {
    const fresh = await ask(asked);
    box.replaceChildren(...fresh.childNodes);
    for (const id of opened) {
      const details = document.getElementById(id)?.querySelector("details");
      if (details) details.open = true;
    }
    const wanted = focus.map((id) => document.getElementById(id)).find((one) => one && !one.disabled);
    wanted?.focus();
    say(box.querySelector("[data-total]").textContent.trim());
  } catch (error) {
    failed(error);
  }
};

/* Where the keyboard goes after a button is gone or has moved. */
const focusAfter = (button) => {
  const [verb, place, key] = button.value.split(":");
  const number = Number(place);
  const total = Number(form.elements.sections.value);
  if (verb === "add") return [`s${total}-bank`];
  if (verb === "up") return [`do-up-${number - 1}`, `do-down-${number - 1}`];
  if (verb === "down") return [`do-down-${number + 1}`, `do-up-${number + 1}`];
  if (verb === "remove") return [`section-${Math.max(0, number - 1)}`];
  if (verb === "raise") return [`do-raise-${place}-${key}`, `do-drop-${place}-${key}`];
  return [button.id, `s${place}-words`];
};

box.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="do"]');
  if (!button) return;
  event.preventDefault();
  isChanged = true;
  redraw(button.value, focusAfter(button));
});

let later = 0;
box.addEventListener("input", (event) => {
  if (event.target.matches("[data-find], select, [type=radio]")) return;
  clearTimeout(later);
  later = setTimeout(count, WAIT);
});
box.addEventListener("change", (event) => {
  if (event.target.matches("[data-reload]")) redraw("refresh", [event.target.id]);
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.matches("[data-find]")) redraw("refresh", [event.target.id]);
});

/* Leaving with what is not saved asks; sending the form does not. */
let isChanged = false;
let isSending = false;
form.addEventListener("input", () => {
  isChanged = true;
});
form.addEventListener("submit", () => {
  isSending = true;
});
window.addEventListener("pageshow", () => {
  isSending = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged && !isSending) event.preventDefault();
});

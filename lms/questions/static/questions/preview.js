// The item as the hire will see it, beside the form in which it is written: asked for again when the writer pauses.
// What was tried in it, and where it was scrolled to, stays.

const { Ordering } = await import("./ordering.js" + new URL(import.meta.url).search);

const PAUSE_MS = 500;
const ALIKE_MS = 1500; // looking through all items takes longer: only when the writer rests
const WORDS = /^(type|purpose|stem)$|\.(text|value|low|high)$/;
const form = document.querySelector("form[data-preview-url]");
const pane = document.querySelector("[data-preview-pane]");

/** What the reader has put into the controls of an element. */
const tried = (root) => ({
  marks: new Set([...root.querySelectorAll("input:checked")].map((input) => `${input.name}=${input.value}`)),
  texts: new Map(
    [...root.querySelectorAll("select, textarea, input[type=text]")].map((control) => [control.name, control.value]),
  ),
  orders: [...root.querySelectorAll("[data-order][data-ordered]")].map((list) =>
    [...list.querySelectorAll("[data-step]")].map((step) => step.dataset.step),
  ),
  open: [...root.querySelectorAll("details")].map((details) => details.open),
});

const isSameSet = (one, other) => one.length === other.length && one.every((each) => other.includes(each));

const tryAgain = (root, before) => {
  for (const input of root.querySelectorAll("input[type=checkbox], input[type=radio]")) {
    input.checked = before.marks.has(`${input.name}=${input.value}`);
  }
  for (const control of root.querySelectorAll("select, textarea, input[type=text]")) {
    const value = before.texts.get(control.name);
    if (value === undefined) continue;
    if (control.localName !== "select" || [...control.options].some((option) => option.value === value)) {
      control.value = value;
    }
  }
  for (const list of root.querySelectorAll("[data-order]")) {
    const ordering = new Ordering(list);
    const shown = list.dataset.shown.split(" ");
    const order = before.orders.find((ids) => isSameSet(ids, shown));
    if (order) ordering.order = order;
  }
};

class Preview {
  #shown = null;
  #timer = 0;
  #running = null;
  #compared = "";
  #comparing = null;
  #alikeTimer = 0;
  #alike = pane.querySelector("[data-alike]");
  #place = pane.querySelector("[data-preview]");
  #state = pane.querySelector("[data-preview-state]");
  #words = JSON.parse(form.dataset.aidWords);

  start() {
    pane.hidden = false;
    document.documentElement.classList.add("has-preview");
    // Where the preview does not stand beside the form, the button leads to it.
    form.querySelector("[data-preview-button]")?.addEventListener("click", (event) => {
      event.preventDefault();
      pane.tabIndex = -1;
      pane.focus({ preventScroll: true });
      pane.scrollIntoView({ block: "start" });
    });
    for (const name of ["input", "change"]) {
      form.addEventListener(name, (event) => {
        if (!pane.contains(event.target)) this.#later(PAUSE_MS);
      });
    }
    // Rows that come, go and move change the form without an event of their own.
    new MutationObserver((changes) => {
      if (changes.some((change) => !pane.contains(change.target))) this.#later(PAUSE_MS);
    }).observe(form, { childList: true, subtree: true });
    this.#later(0);
  }

  #later(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), pause);
  }

  /** Ask what the banks hold already, when the words are others than the last time. */
  async #compare() {
    const fields = new FormData(form);
    const words = JSON.stringify([...fields].filter(([name]) => WORDS.test(name)));
    if (form.dataset.draftUrl === undefined || words === this.#compared) return;
    this.#comparing?.abort();
    const mine = new AbortController();
    this.#comparing = mine;
    try {
      const html = await this.#fetch(fields, "alike", mine);
      if (mine.signal.aborted) return;
      this.#compared = words;
      const open = [...this.#alike.querySelectorAll("details[open] a")].map((link) => link.href);
      this.#alike.innerHTML = html;
      for (const link of this.#alike.querySelectorAll("details a")) {
        if (open.includes(link.href)) link.closest("details").open = true;
      }
    } catch (error) {
      if (!mine.signal.aborted) console.warn("likenesses were not found out", error);
    }
  }

  async #fetch(fields, fragment, { signal }) {
    const response = await fetch(form.dataset.previewUrl, {
      method: "POST",
      body: fields,
      headers: { "X-Fragment": fragment },
      signal,
    });
    if (!response.ok || response.redirected) throw new Error(`preview: ${response.status}`);
    return response.text();
  }

  async #ask() {
    const fields = new FormData(form);
    const said = new URLSearchParams(fields).toString();
    if (said === this.#shown) return;
    this.#running?.abort();
    const mine = new AbortController();
    this.#running = mine;
    try {
      const html = await this.#fetch(fields, "1", mine);
      if (mine.signal.aborted) return;
      this.#shown = said;
      this.#show(html);
      this.#state.textContent = "";
      clearTimeout(this.#alikeTimer);
      this.#alikeTimer = setTimeout(() => this.#compare(), ALIKE_MS);
    } catch (error) {
      if (mine.signal.aborted) return;
      console.warn("the preview failed", error);
      this.#state.textContent = this.#words.no_preview;
    }
  }

  #show(html) {
    const before = tried(this.#place);
    const scrolled = [pane.scrollTop, this.#place.scrollTop];
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    // A control of the preview is none of the form's.
    for (const control of fresh.content.querySelectorAll("input, select, textarea, button")) {
      control.setAttribute("form", "");
    }
    this.#place.replaceChildren(fresh.content);
    tryAgain(this.#place, before);
    [...this.#place.querySelectorAll("details")].forEach((details, at) => {
      if (before.open.length > at) details.open = before.open[at];
    });
    [pane.scrollTop, this.#place.scrollTop] = scrolled;
  }
}

if (form && pane) {
  new Preview().start();
} else {
  for (const list of document.querySelectorAll("[data-order]")) new Ordering(list);
}

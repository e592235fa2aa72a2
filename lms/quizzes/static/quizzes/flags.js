// Items that the candidate has flagged to look at again. They stay on this device: nobody else need know.

export class Flags {
  #store;
  #items;

  constructor(attempt, items) {
    this.#store = `lms-exam-flags-${attempt}`;
    this.#items = items;
  }

  has(item) {
    return item.flag.getAttribute("aria-pressed") === "true";
  }

  toggle(item) {
    item.flag.setAttribute("aria-pressed", String(!this.has(item)));
    const flagged = [...this.#items.values()].filter((one) => this.has(one)).map((one) => one.position);
    try {
      localStorage.setItem(this.#store, JSON.stringify(flagged));
    } catch {
      // a private window forgets them
    }
  }

  /** Show the flags that were set before. */
  show() {
    let flagged = [];
    try {
      flagged = JSON.parse(localStorage.getItem(this.#store) ?? "[]");
    } catch {
      // a private window has none
    }
    for (const item of this.#items.values()) {
      item.flag.setAttribute("aria-pressed", String(flagged.includes(item.position)));
    }
  }
}

// One item at a time. In a sitting without a way back, what was left stays left.

/**
 * form: the paper; pages, steps and the end are found in it
 * reached: the first position that may still be answered, where there is no way back; else 1
 * mayLeave(position): whether to go on from there; may ask
 * left(reached): everything before `reached` was left for good
 */
export class Pages {
  #pages;
  #steps;
  #end;
  #isForward;
  #reached;
  #at = 0;
  #on;

  constructor({ form, isForward, reached, mayLeave, left }) {
    this.#pages = new Map(
      [...form.querySelectorAll("[data-page]")].map((page) => [Number(page.dataset.page), page]),
    );
    this.#steps = form.querySelector("[data-steps]");
    this.#end = form.querySelector("#finish");
    this.#isForward = isForward;
    this.#reached = reached;
    this.#on = { mayLeave, left };
    const [back, on] = ["back", "on"].map((name) => this.#steps.querySelector(`[data-step-${name}]`));
    on.type = "button"; // Enter in a text must not turn the page
    back.addEventListener("click", () => this.show(this.#at - 1));
    on.addEventListener("click", () => this.#goOn());
    window.addEventListener("hashchange", () => this.#heed());
  }

  get at() {
    return this.#at;
  }

  get last() {
    return this.#pages.size;
  }

  /** Show the first page: where a reload left off, or the first open item. */
  begin(firstOpen) {
    const wanted = this.#isForward ? this.#reached : this.#named() ?? firstOpen;
    this.show(wanted, { moves: false });
  }

  #named() {
    const [, position] = /^#item-(\d+)$/.exec(location.hash) ?? [];
    return this.#pages.has(Number(position)) ? Number(position) : null;
  }

  #heed() {
    const position = this.#named();
    if (position !== null && !this.#isForward) this.show(position);
  }

  /** Show the page of a position; `moves` takes the reader there. */
  show(position, { moves = true } = {}) {
    const wanted = Math.min(Math.max(position, this.#isForward ? this.#reached : 1), this.last);
    this.#at = wanted;
    for (const [at, page] of this.#pages) page.hidden = at !== wanted;
    const isLast = wanted === this.last;
    this.#steps.hidden = this.#isForward && isLast;
    this.#steps.querySelector("[data-step-back]").hidden = this.#isForward || wanted === 1;
    this.#steps.querySelector("[data-step-on]").hidden = isLast;
    this.#steps.querySelector("[data-place]").textContent = `${wanted} / ${this.last}`;
    this.#end.hidden = !isLast;
    for (const link of document.querySelectorAll("[data-goto]")) {
      const at = Number(link.dataset.goto);
      link.classList.toggle("is-current", at === wanted);
      link.classList.toggle("is-left", this.isLeft(at));
    }
    if (!moves) return;
    if (!this.#isForward) history.replaceState(null, "", `#item-${wanted}`);
    const page = this.#pages.get(wanted);
    page.scrollIntoView();
    page.querySelector("[data-position]").focus({ preventScroll: true });
  }

  async #goOn() {
    const from = this.#at;
    if (!(await this.#on.mayLeave(from)) || this.#at !== from) return;
    if (this.#isForward) {
      this.#reached = Math.max(this.#reached, from + 1);
      await this.#on.left(this.#reached);
    }
    this.show(from + 1);
  }

  /** Whether a position was left for good. */
  isLeft(position) {
    return this.#isForward && position < this.#reached;
  }

  /** The server, another tab or another device is further on. */
  reach(reached) {
    if (!this.#isForward || reached <= this.#reached) return;
    this.#reached = Math.min(reached, this.last);
    if (this.#at < this.#reached) this.show(this.#reached, { moves: false });
  }
}

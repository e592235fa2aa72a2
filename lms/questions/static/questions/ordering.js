// Steps to be put into order: by buttons and by dragging a handle. The numbers that serve without script stay in
// the form, hidden, and always say the order; while nothing was put into order they say nothing.

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export class Ordering {
  #list;
  #said;
  #keep;
  #onChange;

  /** list: the element with data-order; onChange is called when the reader has put something into order. */
  constructor(list, onChange = () => {}) {
    this.#list = list;
    this.#onChange = onChange;
    this.#said = list.parentElement.querySelector("[data-order-said]");
    this.#keep = list.parentElement.querySelector("[data-keep]");
    const hint = list.parentElement.querySelector("[data-order-hint]");
    if (hint) hint.textContent = list.dataset.hint;
    for (const step of this.#steps) {
      step.querySelector("[data-place]").hidden = true;
      for (const part of step.querySelectorAll("[data-handle], [data-move]")) part.hidden = false;
      step.querySelector("[data-handle]").addEventListener("pointerdown", (event) => this.#drag(step, event));
    }
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (button) this.#move(button.closest("[data-step]"), Number(button.dataset.move), button);
    });
    this.#keep.addEventListener("click", () => {
      this.#done();
      this.#list.querySelector("[data-move]:not([disabled])").focus();
    });
    this.#paint();
  }

  get #steps() {
    return [...this.#list.querySelectorAll("[data-step]")];
  }

  /** Ids in the order given; none while nothing was put into order. */
  get order() {
    return "ordered" in this.#list.dataset ? this.#steps.map((step) => step.dataset.step) : [];
  }

  /** Show an order; none shows the one that stood there first. */
  set order(ids) {
    const shown = ids.length ? ids : this.#list.dataset.shown.split(" ");
    const byId = new Map(this.#steps.map((step) => [step.dataset.step, step]));
    // Nothing is moved that stands right already: moving would take the focus away.
    if (this.#steps.some((step, index) => step.dataset.step !== shown[index])) {
      this.#list.append(...shown.map((id) => byId.get(id)));
    }
    this.#list.toggleAttribute("data-ordered", ids.length > 0);
    this.#paint();
  }

  #paint() {
    const steps = this.#steps;
    const isAnswered = "ordered" in this.#list.dataset;
    steps.forEach((step, index) => {
      const [before, after] = step.querySelectorAll("[data-move]");
      before.disabled = index === 0;
      after.disabled = index === steps.length - 1;
      step.querySelector("select").value = isAnswered ? String(index + 1) : "";
    });
    this.#keep.hidden = isAnswered;
  }

  #done() {
    this.#list.toggleAttribute("data-ordered", true);
    this.#paint();
    this.#onChange();
  }

  #say(step) {
    const steps = this.#steps;
    this.#said.textContent = fill(this.#list.dataset.moved, {
      text: step.querySelector(".order-text").textContent.trim(),
      n: steps.indexOf(step) + 1,
      total: steps.length,
    });
  }

  #move(step, by, button) {
    const steps = this.#steps;
    const other = steps[steps.indexOf(step) + by];
    if (!other) return;
    if (by < 0) other.before(step);
    else other.after(step);
    this.#done();
    this.#say(step);
    if (button.disabled) step.querySelector("[data-move]:not([disabled])").focus();
    else button.focus();
  }

  #drag(step, event) {
    if (event.button !== 0 || step.closest("fieldset")?.disabled) return;
    event.preventDefault();
    const handle = event.currentTarget;
    const before = this.#steps.indexOf(step);
    handle.setPointerCapture(event.pointerId);
    step.classList.add("is-dragged");
    // The step itself stays where it is in the document: a handle that is moved loses the pointer. Its
    // neighbours go round it instead.
    const move = ({ clientY }) => {
      const isAbove = (other) => {
        const box = other.getBoundingClientRect();
        return clientY < box.top + box.height / 2;
      };
      const neighbour = (name) => {
        const other = step[name];
        return other?.matches("[data-step]") ? other : null;
      };
      for (let other = neighbour("previousElementSibling"); other && isAbove(other); ) {
        step.after(other);
        other = neighbour("previousElementSibling");
      }
      for (let other = neighbour("nextElementSibling"); other && !isAbove(other); ) {
        step.before(other);
        other = neighbour("nextElementSibling");
      }
    };
    const end = () => {
      handle.removeEventListener("pointermove", move);
      step.classList.remove("is-dragged");
      if (this.#steps.indexOf(step) === before) return;
      this.#done();
      this.#say(step);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
}

/** Make every order in `root` movable; for pages that send a form. */
export const startOrderings = (root) => {
  for (const list of root.querySelectorAll("[data-order]:not([data-started])")) {
    list.dataset.started = "";
    new Ordering(list);
  }
};

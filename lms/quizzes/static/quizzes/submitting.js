// Submitting: the question whether to, and the wish, which waits on this device until everything has arrived.

const LOOK_AGAIN_MS = 1000;

export class Submitting {
  #page; // find, fill, listed, words, outbox, sender, keepTyped, summary, isRunning
  #dialog;
  #timer = null;

  constructor(page) {
    this.#page = page;
    const { find } = page;
    this.#dialog = find("dialog");
    find("submit").addEventListener("click", (event) => {
      event.preventDefault();
      this.#ask();
    });
    find("dialog-yes").addEventListener("click", () => this.#submit());
    find("dialog-back").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#takeBack());
  }

  #ask() {
    const { find, summary } = this.#page;
    find("dialog-words").replaceChildren(
      ...summary().map((line) => Object.assign(document.createElement("p"), { textContent: line })),
    );
    find("dialog-state").textContent = "";
    find("dialog-yes").disabled = false;
    this.#dialog.showModal();
  }

  /** Nothing can be submitted now, or it can again. */
  hold(isHeld) {
    this.#page.find("submit").disabled = isHeld;
    if (isHeld && this.#dialog.open && !this.#page.outbox.wish) this.#dialog.close();
  }

  /** A wish was found that an earlier page left here. */
  goOn() {
    this.#ask();
    this.#page.find("dialog-yes").disabled = true;
    this.#wait();
  }

  /** The time is up: submit what there is, without asking. Who wished to before the end keeps that. */
  async finish() {
    const { outbox } = this.#page;
    if (!outbox.wish) await outbox.setWish(false);
    this.#page.sender.isLate = true;
    this.#page.sender.hurry();
  }

  async #submit() {
    const { find, outbox, keepTyped, isRunning } = this.#page;
    find("dialog-yes").disabled = true;
    await keepTyped();
    await outbox.refresh(); // what another tab could not send goes with it
    if (!this.#dialog.open) return;
    await outbox.setWish(isRunning());
    this.#wait();
  }

  #wait() {
    this.#page.sender.hurry();
    this.#say();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#say(), LOOK_AGAIN_MS);
  }

  #say() {
    const { find, fill, listed, words, outbox, sender } = this.#page;
    if (sender.isStopped) {
      clearInterval(this.#timer);
      return;
    }
    const waiting = outbox.list().map((entry) => entry.position).sort((one, other) => one - other);
    const lines = [navigator.onLine ? words.submitting : words.submit_kept];
    if (waiting.length) lines.push(fill(words.waiting_upload, { n: waiting.length, list: listed(waiting) }));
    const text = lines.join(" ");
    // It is read aloud when it changes.
    if (find("dialog-state").textContent !== text) find("dialog-state").textContent = text;
  }

  #takeBack() {
    clearInterval(this.#timer);
    const { outbox, isRunning } = this.#page;
    if (outbox.wish && isRunning()) outbox.dropWish();
  }
}

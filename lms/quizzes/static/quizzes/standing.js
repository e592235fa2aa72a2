// How the attempt stands by the server's word: running, paused, over. The page asks now and then, and when it comes back
// from sleep, from another application or from the browser's memory.

const LOOK_MS = 120000;
const LOOK_WHILE_PAUSED_MS = 20000;
const LOOK_WHILE_OVER_MS = 4000;
const later = (milliseconds) => milliseconds * (1 + Math.random() / 2); // a hall must not ask in step

/**
 * on: what to do when something happened:
 *   left(seconds)       the time left
 *   paused(seconds)     the clock stands still
 *   resumed()           it runs again, or more time was given after its end
 *   answers(responses)  what the server has, by position
 *   reached(position)   what is before it was left for good
 *   timeUp()            the time is up by our clock
 *   grace()             it is by the server's, too, and answers given before are still taken
 *   over()              nothing is taken any more
 *   noLine()            the time is up and there is no line
 *   ended()             the attempt was submitted or closed elsewhere
 */
export class Standing {
  #sender;
  #on;
  #timer = null;
  #isPaused = false;
  #isTimeUp = false;
  #isLeaving = false;
  #beginsPaused;

  constructor({ sender, isPaused, on }) {
    this.#sender = sender;
    this.#beginsPaused = isPaused;
    this.#on = on;
  }

  get isLeaving() {
    return this.#isLeaving;
  }

  begin(seconds) {
    if (this.#beginsPaused) this.#pause(seconds);
    else this.#on.left(seconds);
    this.#lookLater();
  }

  leave() {
    this.#isLeaving = true;
    clearTimeout(this.#timer);
  }

  /** A reply said how much time is left. */
  left(seconds) {
    if (!this.#isTimeUp && !this.#isPaused && !this.#isLeaving) this.#on.left(seconds);
  }

  async timeUp() {
    if (this.#isTimeUp || this.#isLeaving) return;
    this.#isTimeUp = true;
    await this.#on.timeUp();
    await this.look();
  }

  comeBack() {
    if (document.visibilityState === "visible" && !this.#isTimeUp) this.look();
  }

  /** Ask the server, and do what its answer asks for. */
  async look() {
    if (this.#isLeaving || this.#sender.isStopped) return;
    clearTimeout(this.#timer);
    const state = await this.#sender.state();
    if (this.#isLeaving || this.#sender.isStopped) return;
    if (state) this.#heed(state);
    else if (this.#isTimeUp) this.#on.noLine();
    this.#lookLater();
  }

  #heed(state) {
    if (state.state !== "open") {
      if (this.#isTimeUp) this.#on.over();
      else this.#on.ended();
      return;
    }
    this.#on.answers(state.responses);
    this.#on.reached(state.reached);
    if (state.paused) this.#pause(state.remaining_s);
    else if (state.remaining_s > 0) this.#resume(state.remaining_s);
    else if (this.#isTimeUp) this.#on.grace();
    else this.#on.left(0);
  }

  #pause(seconds) {
    this.#isTimeUp = false;
    this.#isPaused = true;
    this.#on.paused(seconds);
  }

  #resume(seconds) {
    const stood = this.#isPaused || this.#isTimeUp;
    this.#isPaused = this.#isTimeUp = false;
    this.#sender.isLate = false;
    if (stood) this.#on.resumed();
    this.#on.left(seconds);
    this.#sender.hurry();
  }

  #lookLater() {
    if (this.#isLeaving) return;
    clearTimeout(this.#timer);
    const pause = this.#isTimeUp ? LOOK_WHILE_OVER_MS : this.#isPaused ? LOOK_WHILE_PAUSED_MS : LOOK_MS;
    this.#timer = setTimeout(() => this.look(), later(pause));
  }
}

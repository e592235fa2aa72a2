// The server's clock, estimated here and corrected by each reply. The device's own clock plays no part.

const ANNOUNCED_MINUTES = [10, 5, 1];

export class Clock {
  #end = 0;
  #held = null; // seconds left while the attempt is paused
  #onTick;
  #onAnnounce;
  #onEnd;
  #timer = null;
  #last = Infinity;

  constructor({ onTick, onAnnounce, onEnd }) {
    this.#onTick = onTick;
    this.#onAnnounce = onAnnounce;
    this.#onEnd = onEnd;
  }

  /** Seconds left by the server's word. */
  set(seconds) {
    this.#held = null;
    this.#end = performance.now() + seconds * 1000;
    this.#last = Math.max(this.#last === Infinity ? seconds : this.#last, seconds);
    if (this.#timer === null) this.#timer = setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  /** The time stands still. */
  hold(seconds) {
    this.stop();
    this.#held = seconds;
    this.#onTick(seconds);
  }

  get seconds() {
    return this.#held ?? Math.max(0, Math.ceil((this.#end - performance.now()) / 1000));
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick() {
    const left = this.seconds;
    this.#onTick(left);
    for (const minutes of ANNOUNCED_MINUTES) {
      if (this.#last > minutes * 60 && left <= minutes * 60) this.#onAnnounce(minutes);
    }
    this.#last = left;
    if (left === 0) {
      this.stop();
      this.#onEnd();
    }
  }
}

export const asClock = (seconds) => {
  const parts = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0"));
  return parts.join(":");
};

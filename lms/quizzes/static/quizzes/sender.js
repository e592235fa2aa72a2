// Sends the outbox to the server, one answer at a time and in order; waits and tries again when the line is bad.

const FIRST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 20000;
const TIMEOUT_MS = 15000;

const waitingState = () => (navigator.onLine ? "retrying" : "offline");
const isAcknowledgement = (reply) => reply !== null && Number.isInteger(reply.seq);

/**
 * on: what to do when something happened:
 *   saved(entry, reply)   the server has it; reply.response is there when it kept another, newer answer
 *   closed(state)         the attempt has ended
 *   refused(entry)        the server cannot read this answer
 *   signedOut()           nobody is signed in any more
 *   progress(state)       idle, saving, retrying or offline
 */
export class Sender {
  #outbox;
  #urls;
  #csrf;
  #on;
  #wait = FIRST_WAIT_MS;
  #timer = null;
  #running = false;
  #stopped = false;

  constructor(outbox, urls, csrf, on) {
    this.#outbox = outbox;
    this.#urls = urls;
    this.#csrf = csrf;
    this.#on = on;
    window.addEventListener("online", () => this.hurry());
    window.addEventListener("offline", () => this.#on.progress("offline"));
  }

  get isStopped() {
    return this.#stopped;
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Try at once, whatever pause is running. */
  hurry() {
    this.#wait = FIRST_WAIT_MS;
    clearTimeout(this.#timer);
    this.#timer = null;
    return this.run();
  }

  /** Send until the outbox is empty or the line fails. */
  async run() {
    if (this.#running || this.#stopped) return;
    if (this.#timer !== null) {
      this.#on.progress(waitingState()); // one more is waiting now
      return;
    }
    this.#running = true;
    try {
      while (this.#outbox.size && !this.#stopped) {
        this.#on.progress("saving");
        const outcome = await this.#send(this.#outbox.list()[0]);
        if (outcome === "again") {
          this.#later();
          return;
        }
        this.#wait = FIRST_WAIT_MS;
      }
      if (!this.#stopped) this.#on.progress("idle");
    } finally {
      this.#running = false;
    }
  }

  #later() {
    this.#on.progress(waitingState());
    const jitter = 0.5 + Math.random(); // a hall full of phones must not come back in step
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.run();
    }, this.#wait * jitter);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  async #send(entry) {
    let status = 0;
    let reply = null;
    try {
      const answer = await this.#fetch(this.#urls.save.replace(/0$/, entry.position), {
        method: "PUT",
        body: JSON.stringify({ seq: entry.seq, response: entry.response }),
      });
      status = answer.status;
      reply = await answer.json().catch(() => null);
    } catch {
      return "again"; // no line, or no answer in time
    }
    if (status === 200 && isAcknowledgement(reply)) {
      await this.#outbox.drop(entry.position, entry.seq);
      this.#on.saved(entry, reply);
      return "sent";
    }
    return this.#notSaved(status, reply, entry);
  }

  async #notSaved(status, reply, entry) {
    if (status === 409 && reply?.state) {
      this.stop();
      this.#on.closed(reply.state);
      return "sent";
    }
    if (status === 422 && reply?.code) {
      await this.#outbox.drop(entry.position, entry.seq);
      this.#on.refused(entry);
      return "sent";
    }
    if (status === 400 || status === 401 || status === 403 || status === 0 || status === 404) {
      await this.#renew();
    }
    return "again";
  }

  /** Ask how things stand: brings a new token after signing in again, or tells that nobody is signed in. */
  async #renew() {
    const state = await this.state();
    if (state === null) this.#on.signedOut();
  }

  /** The attempt as the server has it; null when nobody is signed in here, undefined when there is no line. */
  async state() {
    try {
      const answer = await this.#fetch(this.#urls.state, { method: "GET" });
      if ([0, 401, 403, 404].includes(answer.status)) return null;
      if (!answer.ok) return undefined;
      const state = await answer.json();
      this.#csrf = state.csrf_token;
      return state;
    } catch {
      return undefined;
    }
  }

  #fetch(url, options) {
    return fetch(url, {
      ...options,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": this.#csrf,
      },
      credentials: "same-origin",
      redirect: "manual", // a redirect leads to signing in and is no acknowledgement
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

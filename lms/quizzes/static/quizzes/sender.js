// Sends the outbox to the server: one answer by itself; several at once, and behind them how far the candidate has moved
// on and the submission; waits and tries again when the line is bad.

const FIRST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 20000;
const TIMEOUT_MS = 15000;
const BATCH_CHARACTERS = 200000;

const waitingState = () => (navigator.onLine ? "retrying" : "offline");
const isAcknowledgement = (reply) => reply !== null && Number.isInteger(reply.seq);
const asSent = ({ position, seq, response, before_end }) => ({ position, seq, response, before_end });

/**
 * on: what to do when something happened:
 *   saved(entry, reply)   the server has it; reply.response is there when it kept another, newer answer
 *   left(seconds)         the server's word on the time left
 *   closed(state)         the attempt has ended
 *   paused()              the attempt stands still; run() again when it goes on
 *   refused(entry, reply) the server does not take this answer: it cannot read it, or its place was left for good
 *   reached(position)     what is before it was left for good
 *   signedOut()           nobody is signed in any more
 *   progress(state)       idle, saving, retrying or offline
 */
export class Sender {
  #outbox;
  #urls;
  #csrf;
  #device;
  #on;
  #wait = FIRST_WAIT_MS;
  #timer = null;
  #running = false;
  #stopped = false;
  #isLate = false; // the time is up: what was given before goes as a batch, which says so

  constructor(outbox, urls, csrf, device, on) {
    this.#outbox = outbox;
    this.#urls = urls;
    this.#csrf = csrf;
    this.#device = device;
    this.#on = on;
    window.addEventListener("online", () => this.hurry());
    window.addEventListener("offline", () => this.#on.progress("offline"));
  }

  get isStopped() {
    return this.#stopped;
  }

  set isLate(isLate) {
    this.#isLate = isLate;
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

  /** Send until nothing waits or the line fails. */
  async run() {
    if (this.#running || this.#stopped) return;
    if (this.#timer !== null) {
      this.#on.progress(waitingState()); // one more is waiting now
      return;
    }
    this.#running = true;
    try {
      while (this.#outbox.isWaiting && !this.#stopped) {
        this.#on.progress("saving");
        const outcome = await this.#sendNext();
        if (outcome === "paused") return;
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

  #sendNext() {
    const entries = this.#outbox.list();
    const { wish, reached } = this.#outbox;
    const isOne = entries.length === 1 && !wish && reached === null && !this.#isLate;
    return isOne ? this.#sendOne(entries[0]) : this.#sendBatch(entries);
  }

  async #sendOne(entry) {
    const { status, reply } = await this.#put(this.#urls.save.replace(/0$/, entry.position), {
      seq: entry.seq,
      response: entry.response,
    });
    if (status === 200 && isAcknowledgement(reply)) {
      await this.#outbox.drop(entry.position, entry.seq);
      this.#on.saved(entry, reply);
      this.#on.left(reply.remaining_s);
      return "sent";
    }
    if (reply?.code === "item_left" || (status === 422 && reply?.code)) {
      await this.#refuse(entry, reply);
      return "sent";
    }
    return this.#notSaved(status, reply);
  }

  async #sendBatch(entries) {
    const batch = [];
    for (let room = BATCH_CHARACTERS; batch.length < entries.length; ) {
      const next = asSent(entries[batch.length]);
      room -= JSON.stringify(next).length;
      if (room < 0 && batch.length) break;
      batch.push(next);
    }
    const isAll = batch.length === entries.length;
    const wish = isAll ? this.#outbox.wish : null;
    const reached = isAll ? this.#outbox.reached : null;
    const { status, reply } = await this.#put(this.#urls.batch, {
      responses: batch,
      reached,
      submit: wish !== null,
      before_end: wish?.before_end === true,
    });
    if (status !== 200 || !Array.isArray(reply?.results)) return this.#notSaved(status, reply);
    for (const [place, result] of reply.results.entries()) {
      if (isAcknowledgement(result)) {
        await this.#outbox.drop(entries[place].position, entries[place].seq);
        this.#on.saved(entries[place], result);
      } else {
        await this.#refuse(entries[place], result);
      }
    }
    if (reached !== null) await this.#outbox.dropMove(reached);
    this.#on.reached(reply.reached);
    if (reply.state !== "open") this.#close(reply.state);
    else this.#on.left(reply.remaining_s);
    return "sent";
  }

  async #refuse(entry, reply) {
    await this.#outbox.drop(entry.position, entry.seq);
    this.#on.refused(entry, reply);
  }

  #close(state) {
    this.stop();
    this.#on.closed(state);
  }

  async #notSaved(status, reply) {
    if (status === 409 && reply?.paused) {
      this.#on.paused();
      return "paused";
    }
    if (status === 409 && reply?.state === "open" && !this.#isLate) {
      this.#isLate = true; // the server's time is up before ours
      this.#on.left(0);
      return "sent";
    }
    if (status === 409 && reply?.state && reply.state !== "open") {
      this.#close(reply.state);
      return "sent";
    }
    if ([0, 400, 401, 403, 404].includes(status)) await this.#renew();
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

  /** Status and body of the reply; the status is undefined when there is no line, or no answer in time. */
  async #put(url, body) {
    try {
      const answer = await this.#fetch(url, { method: "PUT", body: JSON.stringify(body) });
      return { status: answer.status, reply: await answer.json().catch(() => null) };
    } catch {
      return { status: undefined, reply: null };
    }
  }

  #fetch(url, options) {
    return fetch(url, {
      ...options,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": this.#csrf,
        "X-Exam-Device": this.#device,
      },
      credentials: "same-origin",
      redirect: "manual", // a redirect leads to signing in and is no acknowledgement
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}

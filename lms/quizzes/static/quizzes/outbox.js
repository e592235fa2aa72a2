// Answers on their way to the server, kept in this browser until the server has acknowledged them, how far the
// candidate has moved on, and the wish to submit. One entry a position: a newer answer replaces an older one that was
// not sent yet.

const ANSWERS = "answers";
const WISHES = "wishes";
const MOVES = "moves";

const ask = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another page holds an older store"));
  });

const openDatabase = async () => {
  const request = indexedDB.open("lms-exam", 3);
  request.onupgradeneeded = () => {
    const stores = request.result.objectStoreNames;
    if (!stores.contains(ANSWERS)) {
      request.result.createObjectStore(ANSWERS, { keyPath: ["attempt", "position"] });
    }
    for (const name of [WISHES, MOVES]) {
      if (!stores.contains(name)) request.result.createObjectStore(name, { keyPath: "attempt" });
    }
  };
  const database = await ask(request);
  database.onversionchange = () => database.close(); // a newer page may go on
  return database;
};

export class Outbox {
  #attempt;
  #database = null;
  #entries = new Map(); // what is unsent, also while the database is missing (private windows)
  #kept = new WeakSet(); // those of them whose writing has ended
  #wish = null;
  #reached = null;

  constructor(attempt) {
    this.#attempt = attempt;
  }

  /** Open the store and read what an earlier page left there. */
  async open() {
    try {
      this.#database = await openDatabase();
    } catch (error) {
      console.warn("exam: answers are kept in memory only", error);
    }
    await this.refresh();
  }

  /** Read what other pages of this browser have put there. */
  async refresh() {
    if (!this.#database) return;
    try {
      const transaction = this.#database.transaction([ANSWERS, WISHES, MOVES]);
      const [left, wish, move] = await Promise.all([
        ask(transaction.objectStore(ANSWERS).getAll(this.#range)),
        ask(transaction.objectStore(WISHES).get(this.#attempt)),
        ask(transaction.objectStore(MOVES).get(this.#attempt)),
      ]);
      for (const entry of left) {
        if ((this.#entries.get(entry.position)?.seq ?? 0) < entry.seq) this.#keep(entry);
      }
      this.#wish ??= wish ?? null;
      if (move && move.reached > (this.#reached ?? 0)) this.#reached = move.reached;
    } catch (error) {
      console.warn("exam: the local store failed", error);
    }
  }

  get #range() {
    return IDBKeyRange.bound([this.#attempt, 0], [this.#attempt, Infinity]);
  }

  /** Entries in the order in which they were given. */
  list() {
    return [...this.#entries.values()].sort((one, other) => one.seq - other.seq);
  }

  get size() {
    return this.#entries.size;
  }

  /** How many would survive if this page ended now; the rest is being written. */
  get kept() {
    return this.list().filter((entry) => this.#kept.has(entry)).length;
  }

  /** Whether anything is on its way. */
  get isWaiting() {
    return this.size > 0 || this.#reached !== null || this.#wish !== null;
  }

  get(position) {
    return this.#entries.get(position);
  }

  /** Keep an answer. The page locks its fields when the time is up, so there was time left when it was given. */
  async put(position, seq, response) {
    const entry = { attempt: this.#attempt, position, seq, response, before_end: true };
    this.#entries.set(position, entry);
    await this.#write(ANSWERS, (store) => store.put(entry));
    this.#kept.add(entry);
  }

  #keep(entry) {
    this.#entries.set(entry.position, entry);
    this.#kept.add(entry);
  }

  /** Forget an entry, unless a newer answer took its place meanwhile (here or in another tab). */
  async drop(position, seq) {
    if ((this.#entries.get(position)?.seq ?? Infinity) <= seq) this.#entries.delete(position);
    await this.#write(ANSWERS, async (store) => {
      const stored = await ask(store.get([this.#attempt, position]));
      if (stored && stored.seq <= seq) store.delete([this.#attempt, position]);
    });
  }

  /** The position that the candidate went on to, or null: what is before it was left for good. */
  get reached() {
    return this.#reached;
  }

  async moveOn(reached) {
    this.#reached = Math.max(reached, this.#reached ?? 0);
    await this.#write(MOVES, (store) => store.put({ attempt: this.#attempt, reached: this.#reached }));
  }

  /** The server knows of it. */
  async dropMove(reached) {
    if (this.#reached !== null && this.#reached <= reached) this.#reached = null;
    await this.#write(MOVES, async (store) => {
      const stored = await ask(store.get(this.#attempt));
      if (stored && stored.reached <= reached) store.delete(this.#attempt);
    });
  }

  /** The wish to submit, or null: `before_end` says that there was time left. */
  get wish() {
    return this.#wish;
  }

  async setWish(beforeEnd) {
    this.#wish = { attempt: this.#attempt, before_end: beforeEnd };
    await this.#write(WISHES, (store) => store.put(this.#wish));
  }

  async dropWish() {
    this.#wish = null;
    await this.#write(WISHES, (store) => store.delete(this.#attempt));
  }

  /** The attempt has ended: nothing of it stays on this device. */
  async clear() {
    this.#entries.clear();
    await this.dropWish();
    await this.dropMove(Infinity);
    await this.#write(ANSWERS, (store) => store.delete(this.#range));
  }

  async #write(name, change) {
    if (!this.#database) return;
    try {
      const transaction = this.#database.transaction(name, "readwrite");
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      await change(transaction.objectStore(name));
      await done;
    } catch (error) {
      console.warn("exam: the local store failed", error); // the entry is still in memory
    }
  }
}

// Answers on their way to the server, kept in this browser until the server has acknowledged them.
// One entry a position: a newer answer replaces an older one that was not sent yet.

const STORE = "answers";

const ask = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const openDatabase = () => {
  const request = indexedDB.open("lms-exam", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: ["attempt", "position"] });
  };
  return ask(request);
};

export class Outbox {
  #attempt;
  #database = null;
  #entries = new Map(); // what is unsent, also while the database is missing (private windows)
  #kept = new WeakSet(); // those of them whose writing has ended

  constructor(attempt) {
    this.#attempt = attempt;
  }

  /** Open the store and read what an earlier page left there. */
  async open() {
    try {
      this.#database = await openDatabase();
      const range = IDBKeyRange.bound([this.#attempt, 0], [this.#attempt, Infinity]);
      const left = await ask(this.#database.transaction(STORE).objectStore(STORE).getAll(range));
      for (const entry of left) this.#keep(entry);
    } catch (error) {
      console.warn("exam: answers are kept in memory only", error);
    }
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

  get(position) {
    return this.#entries.get(position);
  }

  async put(position, seq, response) {
    const entry = { attempt: this.#attempt, position, seq, response };
    this.#entries.set(position, entry);
    await this.#write((store) => store.put(entry));
    this.#kept.add(entry);
  }

  #keep(entry) {
    this.#entries.set(entry.position, entry);
    this.#kept.add(entry);
  }

  /** Forget an entry, unless a newer answer took its place meanwhile (here or in another tab). */
  async drop(position, seq) {
    if ((this.#entries.get(position)?.seq ?? Infinity) <= seq) this.#entries.delete(position);
    await this.#write(async (store) => {
      const stored = await ask(store.get([this.#attempt, position]));
      if (stored && stored.seq <= seq) store.delete([this.#attempt, position]);
    });
  }

  /** The attempt has ended: nothing of it stays on this device. */
  async clear() {
    this.#entries.clear();
    await this.#write((store) =>
      store.delete(IDBKeyRange.bound([this.#attempt, 0], [this.#attempt, Infinity])),
    );
  }

  async #write(change) {
    if (!this.#database) return;
    try {
      const transaction = this.#database.transaction(STORE, "readwrite");
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      await change(transaction.objectStore(STORE));
      await done;
    } catch (error) {
      console.warn("exam: the local store failed", error); // the entry is still in memory
    }
  }
}

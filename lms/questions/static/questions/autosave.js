// What is being written and not saved yet is kept on the server: a few seconds after the last change, and when the
// page is left.

const PAUSE_MS = 3000;
const AGAIN_MS = 10_000;
const KEEPALIVE_AT_MOST = 60_000; // browsers refuse larger requests of a page that is going
const NOT_SAID = new Set(["csrf_token"]);

const form = document.querySelector("form[data-draft-url]");

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** About how many bytes a form has on the way. */
const sizeOf = (fields) => [...fields].reduce((sum, [name, value]) => sum + 150 + 3 * (name.length + value.length), 0);

class Drafts {
  #kept = this.#said();
  #timer = 0;
  #running = null;
  #sending = ""; // what is on its way
  #isLeaving = false; // the form itself is on its way: nothing may be kept after it
  #state = document.querySelector("[data-kept]");
  #words = JSON.parse(form.dataset.aidWords);

  start() {
    for (const name of ["input", "change"]) form.addEventListener(name, () => this.#later(PAUSE_MS));
    new MutationObserver(() => this.#later(PAUSE_MS)).observe(form, { childList: true, subtree: true });
    form.addEventListener("submit", (event) => this.#submit(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#keep(true);
    });
    window.addEventListener("pagehide", () => this.#keep(true));
    window.addEventListener("pageshow", () => {
      this.#isLeaving = false;
    });
  }

  #said() {
    const fields = [...new FormData(form)].filter(([name]) => !NOT_SAID.has(name) && name !== "draft");
    return new URLSearchParams(fields).toString();
  }

  #later(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(false), pause);
  }

  /** The text is saved as an item: what is on its way must arrive before it, nothing may come after it. */
  #submit(event) {
    if (event.defaultPrevented || event.submitter?.formTarget === "_blank") return;
    clearTimeout(this.#timer);
    if (!this.#running) {
      this.#isLeaving = true;
      return;
    }
    const { submitter } = event;
    event.preventDefault();
    this.#running.finally(() => form.requestSubmit(submitter));
  }

  #keep(isGoing) {
    clearTimeout(this.#timer);
    const said = this.#said();
    if (this.#isLeaving || said === this.#kept || said === this.#sending) return;
    // Kept now, this text would take the place of the one that is offered.
    if (document.querySelector("[data-draft-offer]") && !this.#draft.value) {
      this.#say(this.#words.offered, true);
      return;
    }
    if (this.#running && !isGoing) {
      this.#later(PAUSE_MS);
      return;
    }
    if (!isGoing) this.#say(this.#words.keeping);
    this.#sending = said;
    this.#running = this.#send(said, isGoing).finally(() => {
      this.#running = null;
      this.#sending = "";
    });
  }

  async #send(said, isGoing) {
    const body = new FormData(form);
    try {
      const response = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: isGoing && sizeOf(body) < KEEPALIVE_AT_MOST,
      });
      if (response.redirected || [400, 401, 403].includes(response.status)) {
        this.#say(this.#words.signed_out, true);
        this.#later(AGAIN_MS);
        return;
      }
      if (response.status === 409) {
        this.#draft.value = "";
        this.#kept = said;
        this.#say(this.#words.gone, true);
        return;
      }
      if (!response.ok) throw new Error(`draft: ${response.status}`);
      const answer = await response.json();
      this.#kept = said;
      this.#draft.value = answer.draft;
      this.#say(fill(this.#words.kept, answer));
    } catch (error) {
      console.warn("the draft was not kept", error);
      this.#say(this.#words.not_kept, true);
      this.#later(AGAIN_MS);
    }
  }

  /** The field that says which unfinished text this continues. */
  get #draft() {
    const known = form.querySelector("input[name=draft]");
    if (known) return known;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "draft";
    form.append(field);
    return field;
  }

  #say(text, isBad = false) {
    if (!this.#state) return;
    this.#state.textContent = text;
    this.#state.classList.toggle("is-bad", isBad);
  }
}

if (form) new Drafts().start();

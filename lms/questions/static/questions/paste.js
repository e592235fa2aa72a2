// Pictures and tables that are pasted, dropped or chosen go into the text as Markdown. Everything else is pasted as
// always.

const { tableOf } = await import("./tables.js" + new URL(import.meta.url).search);

const form = document.querySelector("form[data-picture-url]");
const MAX_BYTES = 5 * 1024 * 1024;

const isMarkdown = (target) =>
  target instanceof HTMLTextAreaElement ? !target.closest("[data-preview]") : Boolean(target.matches?.("input[data-markdown]"));

const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));

/** Put text at the cursor so that it can be undone, and leave what lies between `from` and `to` of it selected. */
const insert = (field, text, from = text.length, to = from) => {
  field.focus();
  const start = field.selectionStart;
  // Outside of undo only where a browser does not know the command.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, start, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
  }
  field.setSelectionRange(start + from, start + to);
};

/** A table needs empty lines around it. */
const insertTable = (field, table) => {
  const before = field.value.slice(0, field.selectionStart);
  const after = field.value.slice(field.selectionEnd);
  const missing = (text, side) => (text === "" ? 0 : Math.max(0, 2 - text.match(side)[0].length));
  const lead = "\n".repeat(missing(before, /\n*$/));
  const tail = "\n".repeat(missing(after, /^\n*/));
  insert(field, lead + table + tail);
};

class Pictures {
  #last = null;
  #words = JSON.parse(form.dataset.aidWords);
  #tool = document.querySelector("[data-picture-tool]");
  #state = document.querySelector("[data-picture-state]");

  start() {
    form.addEventListener("focusin", ({ target }) => {
      if (isMarkdown(target)) this.#last = target;
    });
    form.addEventListener("paste", (event) => this.#paste(event));
    form.addEventListener("dragover", (event) => {
      if (isMarkdown(event.target) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    form.addEventListener("drop", (event) => this.#drop(event));
    if (!this.#tool) return;
    this.#tool.hidden = false;
    const input = this.#tool.querySelector("[data-picture-file]");
    input.addEventListener("change", () => {
      const field = this.#last?.isConnected ? this.#last : form.querySelector("textarea");
      if (field) this.#take([...input.files], field);
      input.value = "";
    });
  }

  #paste(event) {
    const field = event.target;
    if (!isMarkdown(field)) return;
    const { clipboardData } = event;
    const html = clipboardData.getData("text/html");
    const text = clipboardData.getData("text/plain");
    const holdsTables = field instanceof HTMLTextAreaElement && !("line" in field.dataset);
    const table = holdsTables ? tableOf(html, text) : "";
    if (table) {
      event.preventDefault();
      insertTable(field, table);
      this.#say(this.#words.table);
      return;
    }
    const files = pictures(clipboardData);
    // Office puts a picture of copied words beside the words; the words are meant.
    if (!files.length || (html && text.trim())) return;
    event.preventDefault();
    this.#take(files, field);
  }

  #drop(event) {
    const files = pictures(event.dataTransfer);
    if (!files.length || !isMarkdown(event.target)) return;
    event.preventDefault();
    this.#take(files, event.target);
  }

  async #take(files, field) {
    for (const file of files) {
      if (file.size > MAX_BYTES) {
        this.#say(this.#words.too_large, true);
        continue;
      }
      this.#say(this.#words.uploading);
      const answer = await this.#upload(file);
      if (answer.error) {
        this.#say(answer.error, true);
        continue;
      }
      insert(field, answer.markdown, 2, answer.markdown.indexOf("]("));
      this.#say(this.#words.inserted);
    }
  }

  async #upload(file) {
    const body = new FormData();
    body.append("picture", file, file.name || "picture");
    body.append("csrf_token", form.querySelector("input[name=csrf_token]")?.value ?? "");
    try {
      const response = await fetch(form.dataset.pictureUrl, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
      });
      if (response.status === 413) return { error: this.#words.too_large };
      if (response.redirected) return { error: this.#words.signed_out };
      const answer = await response.json();
      return answer.markdown || answer.error ? answer : { error: this.#words.not_uploaded };
    } catch (error) {
      console.warn("a picture was not uploaded", error);
      return { error: this.#words.not_uploaded };
    }
  }

  #say(text, isBad = false) {
    if (!this.#state) return;
    this.#state.textContent = text;
    this.#state.classList.toggle("is-bad", isBad);
  }
}

if (form) new Pictures().start();

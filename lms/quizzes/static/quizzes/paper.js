// The paper: every answer is kept and sent as it is given; the page always says what the server has.

const version = new URL(import.meta.url).search; // the same stamp for all our modules
const names = ["outbox", "sender", "clock", "answers", "device", "flags", "submitting", "standing", "pages"];
const [
  { Outbox },
  { Sender },
  { Clock, asClock },
  { fieldsOf, isEmpty, isTyped },
  { deviceName },
  { Flags },
  { Submitting },
  { Standing },
  { Pages },
] = await Promise.all(names.map((name) => import(`./${name}.js${version}`)));

const form = document.getElementById("paper");
const words = JSON.parse(form.dataset.words);
const attempt = Number(form.dataset.attempt);
const find = (name) => document.querySelector(`[data-${name}]`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/* Items --------------------------------------------------------------------------------------------- */

const TYPING_PAUSE_MS = 800;

const items = new Map(
  await Promise.all([...form.querySelectorAll("[data-position]")].map(async (element) => {
    const position = Number(element.dataset.position);
    return [position, {
      position,
      element,
      fields: await fieldsOf(element, form.dataset.orderingUrl, () => answer(items.get(position))),
      typing: null, // the timer of a text that is being typed and not kept yet
      links: [...document.querySelectorAll(`[data-goto="${position}"]`)],
      flag: element.querySelector("[data-flag]"),
      clear: element.querySelector("[data-clear]"),
      seq: Number(element.dataset.seq),
    }];
  })),
);

const isAnswered = (item) => !isEmpty(item.fields.read());
const flags = new Flags(attempt, items);
const isFlagged = (item) => flags.has(item);
const positions = (wanted) => [...items.values()].filter(wanted).map((item) => item.position);
const listed = (numbers) => numbers.join(words.separator);

const show = (item, response) => {
  item.fields.show(response);
  paint(item);
};

const paint = (item) => {
  const state = [isAnswered(item) ? words.answered : words.open];
  if (isFlagged(item)) state.push(words.flagged);
  for (const link of item.links) {
    link.classList.toggle("is-answered", isAnswered(item));
    link.classList.toggle("is-flagged", isFlagged(item));
    link.querySelector("[data-goto-state]").textContent = state.join(words.separator);
  }
  item.clear.hidden = !isAnswered(item);
  find("answered").textContent = positions(isAnswered).length;
  find("summary").textContent = summary().join(" ");
};

const summary = () => {
  const open = positions((item) => !isAnswered(item));
  const flagged = positions(isFlagged);
  const lines = [open.length ? fill(words.unanswered, { n: open.length, list: listed(open) }) : words.all_answered];
  if (flagged.length) lines.push(fill(words.flagged_list, { list: listed(flagged) }));
  return lines;
};

/* Words to the candidate ------------------------------------------------------------------------------ */

const saveState = find("save-state");
const announce = (text) => {
  find("announce").textContent = text;
};
const say = (text, tone) => {
  saveState.textContent = text;
  saveState.className = `save-state ${tone}`;
};
let noticed = "";
const notice = (about, text, { login = false } = {}) => {
  noticed = about;
  find("notice").hidden = false;
  find("notice-words").textContent = text;
  find("login").hidden = !login;
  announce(text);
};
const forget = (...abouts) => {
  if (abouts.includes(noticed)) find("notice").hidden = true;
};
const lock = (isLocked) => {
  for (const item of items.values()) item.element.disabled = isLocked;
};
const timeOfDay = (at) =>
  new Date(at).toLocaleTimeString(document.documentElement.lang, {
    hourCycle: "h23",
    timeZone: form.dataset.zone,
  });

let wasOffline = false;
let lastSaved = "";
const progress = (state) => {
  const n = outbox.kept; // the page never counts an answer that would be lost with it
  if (state === "saving" && !wasOffline) say(words.saving, "is-saving");
  if (state === "retrying") say(fill(words.retrying, { n }), "is-offline");
  if (state === "offline") say(n ? fill(words.offline, { n }) : outbox.wish ? words.submit_kept : words.gone_offline, "is-offline");
  if ((state === "offline" || state === "retrying") && !wasOffline) {
    wasOffline = true;
    announce(words.gone_offline);
  }
  if (state === "idle") {
    if (wasOffline) announce(words.back_online);
    wasOffline = false;
    forget("line");
    if (saveState.classList.contains("is-saving")) say(lastSaved || words.idle, "is-saved");
  }
};

/* Saving ------------------------------------------------------------------------------------------------ */

const outbox = new Outbox(attempt);
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`lms-exam-${attempt}`) : null;
let highest = Math.max(0, ...[...items.values()].map((item) => item.seq));
// Time of day as a number, but always above every number seen: two tabs and two devices stay in order.
const nextSeq = () => {
  highest = Math.max(Date.now(), highest + 1);
  return highest;
};

const adopt = (position, seq, response) => {
  const item = items.get(position);
  if (!item || seq <= item.seq) return false;
  highest = Math.max(highest, seq);
  item.seq = seq;
  show(item, response);
  return true;
};
// Another tab or device answered later: what the server has is what counts, so show that, and say so.
const tellElsewhere = (position) => notice("answer", fill(words.elsewhere, { n: position }));

const sender = new Sender(
  outbox,
  { save: form.dataset.saveUrl, batch: form.dataset.batchUrl, state: form.dataset.stateUrl },
  form.dataset.csrf,
  deviceName(),
  {
    progress,
    saved(entry, reply) {
      highest = Math.max(highest, reply.seq);
      if (reply.response && !outbox.get(entry.position)) {
        const item = items.get(entry.position);
        item.seq = reply.seq;
        show(item, reply.response);
        tellElsewhere(entry.position);
      }
      lastSaved = `${words.saved} ${timeOfDay(reply.saved_at)}`;
      if (!outbox.size) say(lastSaved, "is-saved");
    },
    left: (seconds) => standing.left(seconds),
    closed: (state) => (state === "expired" ? finish() : leave()),
    paused: () => standing.look(),
    refused(entry, reply) {
      const isLeft = reply.code === "item_left";
      notice("answer", fill(isLeft ? words.left : words.refused, { n: entry.position }));
      if (!isLeft) return;
      pages.reach(reply.reached);
      items.get(entry.position).seq = 0; // what the server has takes its place
      show(items.get(entry.position), {});
      standing.look();
    },
    reached: (position) => pages?.reach(position),
    signedOut: () => notice("line", fill(words.signed_out, { n: outbox.size }), { login: true }),
  },
);

const answer = async (item) => {
  clearTimeout(item.typing);
  item.typing = null;
  const seq = nextSeq();
  const response = item.fields.read();
  item.seq = seq;
  paint(item);
  forget("answer");
  await outbox.put(item.position, seq, response);
  channel?.postMessage({ position: item.position, seq, response });
  sender.run();
};

// A text is kept when the typing pauses or ends, not letter by letter.
const typed = (item) => {
  clearTimeout(item.typing);
  item.typing = setTimeout(() => answer(item), TYPING_PAUSE_MS);
  paint(item);
};
const keepTyped = () => Promise.all([...items.values()].filter((item) => item.typing !== null).map(answer));

channel?.addEventListener("message", ({ data }) => {
  if (data.reached) pages?.reach(data.reached);
  if (adopt(data.position, data.seq, data.response)) tellElsewhere(data.position);
});

/* One item at a time -------------------------------------------------------------------------------------- */

const isForward = form.dataset.paging === "forward";
// Asked only where it is for good, and something would be lost.
const mayLeave = async (position) => {
  await keepTyped();
  if (!isForward || isAnswered(items.get(position))) return true;
  const dialog = find("leave-dialog");
  dialog.returnValue = "stay";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "leave" && !items.get(position).element.disabled;
};
const pages = form.dataset.paging === "all" ? null : new Pages({
  form,
  isForward,
  reached: isForward ? Number(form.dataset.reached) : 1,
  mayLeave,
  async left(reached) {
    await outbox.moveOn(reached);
    channel?.postMessage({ reached });
    sender.run();
  },
});
find("goto-end")?.addEventListener("click", () => pages?.show(pages.last, { moves: false }));

/* The end, and how the attempt stands ------------------------------------------------------------------- */

const leave = () => {
  standing.leave();
  location.replace(form.dataset.resultUrl);
};

// The server closes an attempt whose time is over by itself; asking for it shows the result at once.
const finish = () => {
  sender.stop();
  standing.leave();
  form.elements.with_answers.value = "0";
  form.action = form.dataset.submitUrl;
  form.submit();
};

const submitting = new Submitting({
  find,
  fill,
  listed,
  words,
  outbox,
  sender,
  keepTyped,
  summary,
  isRunning: () => clock.seconds > 0,
});

const standing = new Standing({
  sender,
  isPaused: form.dataset.paused === "true",
  on: {
    left: (seconds) => clock.set(seconds),
    ended: leave,
    paused(seconds) {
      clock.hold(seconds);
      lock(true);
      submitting.hold(true);
      notice("pause", fill(words.paused, { left: asClock(seconds) }));
    },
    resumed() {
      lock(false);
      submitting.hold(false);
      forget("pause", "line");
      if (noticed === "pause") announce(words.resumed);
      noticed = "";
    },
    answers(responses) {
      const elsewhere = Object.entries(responses)
        .map(([position, stored]) => [Number(position), stored])
        .filter(([position, stored]) => adopt(position, stored.seq, stored.response))
        .map(([position]) => position)
        .filter((position) => !pages?.isLeft(position)); // nobody sees those any more
      if (elsewhere.length) tellElsewhere(listed(elsewhere));
    },
    reached: (position) => pages?.reach(position),
    async timeUp() {
      lock(true);
      announce(words.time_up);
      say(words.time_up, "is-saving");
      await keepTyped();
    },
    grace: () => submitting.finish(),
    over: () => finish(),
    noLine() {
      const minutes = Number(form.dataset.grace);
      const isTaken = minutes > 0 && outbox.isWaiting;
      notice("line", isTaken ? fill(words.time_up_grace, { minutes }) : words.time_up_offline);
    },
  },
});

document.addEventListener("visibilitychange", async () => {
  await keepTyped();
  standing.comeBack();
});
window.addEventListener("pageshow", (event) => event.persisted && standing.comeBack());
window.addEventListener("beforeunload", (event) => {
  keepTyped();
  if (outbox.isWaiting && !standing.isLeaving) event.preventDefault();
});

/* The clock ---------------------------------------------------------------------------------------------- */

const clockFace = find("clock");
const clock = new Clock({
  onTick(left) {
    clockFace.textContent = asClock(left);
    clockFace.classList.toggle("is-short", left <= 300 && left > 60);
    clockFace.classList.toggle("is-last", left <= 60);
  },
  onAnnounce: (minutes) => announce(fill(words.minutes_left, { n: minutes })),
  onEnd: () => standing.timeUp(),
});
const tellTime = () => {
  const left = clock.seconds;
  announce("");
  // A screen reader speaks a text only when it changes.
  setTimeout(() => announce(fill(words.time_left, { m: Math.floor(left / 60), s: left % 60 })), 50);
};
clockFace.addEventListener("click", tellTime);
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyT") return;
  event.preventDefault();
  tellTime();
});

/* Each item ------------------------------------------------------------------------------------------------ */

const jump = document.querySelector(".paper-jump");
for (const item of items.values()) {
  item.flag.hidden = isForward; // nobody comes back to look at it again
  item.flag.addEventListener("click", () => {
    flags.toggle(item);
    paint(item);
  });
  item.clear.addEventListener("click", () => {
    show(item, {});
    item.element.querySelector(".option input, .control:not([hidden] *), button:not([data-clear], [data-flag])")?.focus();
    answer(item);
  });
  item.element.addEventListener("change", ({ target }) => {
    if (!isTyped(target) || item.typing !== null) answer(item);
  });
  item.element.addEventListener("keydown", (event) => {
    // Enter ends a text, not the exam.
    if (event.key === "Enter" && !event.isComposing && event.target.matches("input[type=text]")) {
      event.preventDefault();
      if (item.typing !== null) answer(item);
    }
  });
  item.element.addEventListener("input", ({ target }) => isTyped(target) && typed(item));
  for (const link of item.links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (isForward) return;
      jump.open = false;
      pages?.show(item.position, { moves: false });
      item.element.scrollIntoView();
      item.element.focus({ preventScroll: true });
    });
  }
}

const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      for (const link of items.get(Number(target.dataset.position)).links) {
        link.classList.toggle("is-current", isIntersecting);
      }
    }
  },
  { rootMargin: "-50% 0px -49.9% 0px" },
);

/* Begin -------------------------------------------------------------------------------------------------------------- */

await outbox.open();
for (const entry of outbox.list()) {
  const item = items.get(entry.position);
  // The server's answer wins, unless what was left here is newer and never arrived.
  if (!item || entry.seq <= item.seq) await outbox.drop(entry.position, entry.seq);
  else adopt(entry.position, entry.seq, entry.response);
}
flags.show();
for (const item of items.values()) {
  paint(item);
  if (!pages) sight.observe(item.element);
}
if (outbox.reached !== null) pages?.reach(outbox.reached);
pages?.begin(positions((item) => !isAnswered(item))[0] ?? 1);
find("save-all").hidden = true;
clockFace.hidden = false;
say(words.idle, "is-saved");
standing.begin(Number(form.dataset.remaining));
if (outbox.wish) submitting.goOn();
else if (outbox.isWaiting) sender.run();
form.dataset.ready = "";

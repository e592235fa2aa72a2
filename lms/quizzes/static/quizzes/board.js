// Keeps the board of an exam day up to date: asks every few seconds for what moved, ticks the clocks between, finds
// and orders rows without loading the page. The page works without it.

const board = document.getElementById("board");
const rows = document.getElementById("board-rows");
const facts = board.dataset;
const words = {};
for (const one of document.querySelectorAll("template#board-words")) {
  for (const word of one.content.querySelectorAll("[data-word]")) words[word.dataset.word] = word;
}
const say = (name) => words[name]?.textContent.trim() ?? "";
const lang = document.documentElement.lang;
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "always", style: "short" });
const RANKS = { absent: 1, running: 3, paused: 4, marking: 5, failed: 5, passed: 5, locked: 6 };
const LOOK = ["away", "quiet", "short"]; // what holds now
const RECORD = ["new_device", "left_page", "pasted"]; // what was noted

/* The server's clock: what it said when the page was made, and what has passed here since. */
let base = Number(facts.now) - performance.now() / 1000;
const now = () => base + performance.now() / 1000;
const times = { opens: Number(facts.opens), closes: Number(facts.closes), paused: Number(facts.paused) };

const people = new Map();
const collect = () => {
  people.clear();
  for (const row of rows?.children ?? []) {
    people.set(Number(row.dataset.person), { row, state: row.dataset.state, moving: null, looks: [] });
  }
};

/* What a candidate's row shows. */
const clock = (seconds) => {
  const left = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};
const since = (at) => {
  const seconds = Math.max(0, now() - at);
  if (seconds < 60) return say("now");
  return seconds < 3600 ? ago.format(-Math.floor(seconds / 60), "minute") : ago.format(-Math.floor(seconds / 3600), "hour");
};
const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
const write = (place, text) => {
  if (place && place.textContent.trim() !== text) place.textContent = text;
};
const made = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

const looksOf = (one) => {
  const it = one.moving;
  if (!it || it.state !== "running") return [];
  const hasLeft = it.answered < Number(facts.items);
  const holds = {
    away: Boolean(it.away),
    quiet: hasLeft && now() - it.heard > Number(facts.quiet),
    short: hasLeft && it.deadline - now() < Number(facts.short),
  };
  return LOOK.filter((name) => holds[name]);
};

const drawSigns = (one) => {
  const noted = RECORD.filter((name) => one.moving[name]).map((name) => [name, one.moving[name]]);
  const drawn = JSON.stringify([one.looks, noted]);
  if (drawn === one.drawn) return;
  one.drawn = drawn;
  const times = (number) => (number > 1 ? ` ×${number}` : "");
  cell(one.row, "signs").replaceChildren(
    ...one.looks.map((name) => made("span", "badge badge-warn", say(`sign-${name}`))),
    ...noted.map(([name, number]) => made("span", "badge badge-neutral", say(`sign-${name}`) + times(number))),
  );
};

const drawState = (one) => {
  const it = one.moving;
  const parts = [words[`state-${it.state}`].firstElementChild.cloneNode(true)];
  if (it.ended) parts.push(made("span", "muted small", [it.ended, it.how ? say(`ended-${it.how}`) : ""].join(" ").trim()));
  if (it.number > 1) parts.push(made("span", "muted small nowrap", say("nth").replace("{n}", it.number)));
  const all = document.createElement("span");
  parts.forEach((part, index) => all.append(...(index ? [" ", part] : [part])));
  cell(one.row, "state").replaceChildren(all);
};

const tick = (one) => {
  const it = one.moving;
  if (!it) return;
  const runs = it.state === "running" || it.state === "paused";
  const left = it.deadline - (it.paused || now());
  write(cell(one.row, "left"), runs ? (left > 0 ? clock(left) : say("over")) : "");
  write(cell(one.row, "saved"), runs && it.saved ? since(it.saved) : "");
  one.looks = looksOf(one);
  one.row.classList.toggle("is-short", one.looks.includes("short"));
  drawSigns(one);
};

const draw = (one, it) => {
  const before = JSON.stringify(one.moving);
  one.moving = it;
  if (before !== JSON.stringify(it)) {
    one.state = one.row.dataset.state = it.state;
    drawState(one);
    write(cell(one.row, "answered"), `${it.answered} / ${facts.items}`);
    write(cell(one.row, "points"), it.points ?? "");
  }
  tick(one);
};

/* Order, search and filter: the form's fields, at once. */
const form = board.querySelector("form.search");
const field = (name) => form?.elements[name];
const rank = (one) => {
  if (one.looks.length) return 0;
  if (one.state === "running" && RECORD.some((name) => one.moving?.[name])) return 2;
  return RANKS[one.state];
};
const isWanted = (one) => {
  const sought = field("q").value.trim().toLowerCase();
  const { name, no } = one.row.dataset;
  if (sought && !name.toLowerCase().includes(sought) && !no.toLowerCase().includes(sought)) return false;
  const state = field("state").value;
  return state === "attention" ? rank(one) === 0 : !state || one.state === state;
};
const names = new Intl.Collator(lang);
const arrange = (isAsked) => {
  if (!form) return;
  let shown = 0;
  for (const one of people.values()) {
    const wanted = isWanted(one);
    shown += wanted;
    if (one.row.hidden === wanted) one.row.hidden = !wanted;
  }
  document.getElementById("board-none").hidden = shown > 0;
  // Nothing moves away under a finger.
  if (!isAsked && (rows.contains(document.activeElement) || rows.matches(":hover"))) return;
  const byName = field("order").value === "name";
  const order = [...people.values()].sort(
    (a, b) => (byName ? 0 : rank(a) - rank(b)) || names.compare(a.row.dataset.name, b.row.dataset.name),
  );
  if (order.some((one, index) => rows.children[index] !== one.row)) rows.append(...order.map((one) => one.row));
};
if (form) {
  const asked = () => {
    const address = new URL(location);
    for (const name of ["q", "state", "order"]) {
      if (field(name).value) address.searchParams.set(name, field(name).value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
    arrange(true);
  };
  form.addEventListener("input", asked);
  form.addEventListener("change", asked);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asked();
  });
}

const count = () => {
  const counted = {};
  for (const one of people.values()) counted[one.state] = (counted[one.state] ?? 0) + 1;
  for (const place of board.querySelectorAll("[data-count]")) {
    const number = counted[place.dataset.count] ?? 0;
    write(place.querySelector("dd"), String(number));
    if (["paused", "marking"].includes(place.dataset.count)) place.hidden = number === 0;
  }
};

/* Aloud only what matters: who needs a look since last time. */
const live = document.getElementById("board-live");
let known = null;
const announce = () => {
  const looked = new Set([...people.values()].filter((one) => one.looks.length).map((one) => one.row.dataset.name));
  const fresh = known ? [...looked].filter((name) => !known.has(name)) : [];
  known = looked;
  if (fresh.length) live.textContent = say("look").replace("{names}", fresh.join(say("comma")));
};

/* Whether somebody is writing: then the page is not loaded anew. */
const isBusy = () =>
  Boolean(document.querySelector("details.board-act[open]:not(#act-resume), dialog[open]")) ||
  /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");

/* Asking. */
let tag = "";
let isOther = false;
let timer = 0;
const fresh = document.getElementById("board-fresh");
const take = (moved) => {
  // Paused, called off, somebody new: the words and acts of the page are others now.
  isOther =
    Boolean(moved.paused) !== Boolean(times.paused) || moved.cancelled || moved.rows.some((it) => !people.has(it.id));
  Object.assign(times, { opens: moved.opens, closes: moved.closes });
  for (const it of moved.rows) if (people.has(it.id)) draw(people.get(it.id), it);
  count();
};
const ask = async () => {
  clearTimeout(timer);
  try {
    const headers = { Accept: "application/json", ...(tag && { "If-None-Match": tag }) };
    const reply = await fetch(facts.url, { headers, credentials: "same-origin" });
    if (reply.status === 200) {
      tag = reply.headers.get("ETag") ?? "";
      take(await reply.json());
    } else if (reply.status !== 304) {
      throw new Error(String(reply.status));
    }
    write(fresh, say("fresh"));
    fresh.classList.remove("is-stale");
  } catch {
    write(fresh, say("stale"));
    fresh.classList.add("is-stale");
  }
  for (const one of people.values()) tick(one);
  announce();
  arrange(false);
  plan();
};
const plan = () => {
  clearTimeout(timer);
  // A hall of boards must not ask at the same moment.
  const jitter = 0.9 + Math.random() * 0.2;
  if (document.visibilityState === "visible") timer = setTimeout(ask, Number(facts.every) * 1000 * jitter);
};

/* What the script cannot draw, who came into the cohort, who may begin now: the page anew, unless somebody is writing. */
const loaded = performance.now();
const renew = () => {
  const isDue = performance.now() - loaded > Number(facts.reload) * 1000;
  const hasOpened = wasUpcoming && now() >= times.opens;
  const isOver = wasOpen && !times.paused && now() >= times.closes + 3;
  if ((isOther || isDue || hasOpened || isOver) && document.visibilityState === "visible" && !isBusy()) location.reload();
};
const wasUpcoming = now() < times.opens;
const wasOpen = !wasUpcoming && now() < times.closes;

const second = () => {
  for (const one of people.values()) tick(one);
  for (const place of board.querySelectorAll("[data-until]")) {
    const left = times[place.dataset.until] - now();
    if (left < 24 * 3600) write(place, clock(left));
  }
  renew();
};

if (facts.url) {
  collect();
  ask();
  setInterval(second, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
    else clearTimeout(timer);
  });
}

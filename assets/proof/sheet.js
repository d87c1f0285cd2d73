"use strict";
(() => {
  const FILTERS = ["all", "look", "undecided", "held", "approved"];
  const WORST = ["error", "warning", "note", "fine"];
  // Notes say what is so; they ask for nothing.
  const needsLook = (row) => row.state === "error" || row.state === "warning";
  const SAVE_MS = 150, SEARCH_MS = 80;
  const BATCH = 240;  // cards that join the page at once: ten thousand in it make every key wait for a fifth of a second
  const { campaign, folder, size } = document.body.dataset;
  const at = (id) => document.getElementById(id);
  const list = at("candidates"), large = at("large"), keys = at("keys"), search = at("search"), nothing = at("nothing"), more = at("more"), tools = document.querySelector(".tools");
  const plural = (n, one, many = one + "s") => `${format(n)} ${n === 1 ? one : many}`;
  const { format } = new Intl.NumberFormat("en");
  const say = (text) => { at("said").textContent = text; };

  // ---- The rows. The page holds them; here is what changes and what is searched.
  const textOf = (element, selector) => element.querySelector(selector)?.textContent ?? "";
  const rows = Array.from(list.getElementsByTagName("article"), (element, index) => {
    const { id, seen, decision, line } = element.dataset;
    const lapsed = "lapsed" in element.dataset;
    const base = lapsed ? "" : decision;  // what the program knows
    return { element, index, id, seen, line, state: element.className, base, baseLapsed: lapsed, decision: base, lapsed, words: null };
  });
  const rowOf = new Map(rows.map((row) => [row.element, row]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const nameOf = (row) => textOf(row.element, "h2");
  const PLAIN = { "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i" };  // these have no marks to take off
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[łđðøßæœþı]/g, (letter) => PLAIN[letter]);
  const wordsOf = (row) => (row.words ??= fold(["h2", ".detail", ".id", ".mail"].map((part) => textOf(row.element, part)).join("\n")));

  // ---- Decisions made here. They outlive a reload; one that the program has taken in, or that it has overruled since,
  // is forgotten. A hold outlives changed words (no one gets a video by accident), everything else does not.
  const KEY = `candid.proof.${campaign}`, COUNT_KEY = "candid.proof.saves";
  let edits = new Map();  // id -> { decision, seen, base, saved }
  let savedAs = "", keeps = true, timer = 0;
  const read = (key) => { try { return localStorage.getItem(key); } catch { keeps = false; return null; } };
  const write = (key, text) => { try { localStorage.setItem(key, text); keeps = true; } catch { keeps = false; } };
  const known = (decision) => ["", "approve", "hold"].includes(decision);
  function recall() {
    edits = new Map();
    try {
      const stored = JSON.parse(read(KEY) ?? "{}");
      savedAs = String(stored.savedAs ?? "");
      for (const [id, edit] of Object.entries(stored.edits ?? {})) if (known(edit?.decision)) edits.set(id, edit);
    } catch { /* someone else's note under our key: begin anew */ }
    for (const row of rows) {
      row.decision = row.base;
      row.lapsed = row.baseLapsed;
      const edit = edits.get(row.id);
      if (!edit) continue;
      const isSame = edit.seen === row.seen;
      if (edit.base !== row.base || (edit.decision === row.base && isSame && !row.baseLapsed)) edits.delete(row.id);
      else if (isSame || edit.decision === "hold") { row.decision = edit.decision; row.lapsed = false; }
      else if (edit.decision === "approve" && row.base === "") row.lapsed = true;
    }
  }
  const flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    write(KEY, JSON.stringify({ savedAs, edits: Object.fromEntries(edits) }));
  };
  const remember = () => { timer ||= setTimeout(() => { flush(); tally(); }, SAVE_MS); };

  // ---- Deciding
  const history = [];
  function put(row, decision, lapsed) {
    row.decision = decision;
    row.lapsed = lapsed;
    const isBase = decision === row.base && lapsed === row.baseLapsed;
    if (isBase && !edits.get(row.id)?.saved) edits.delete(row.id);
    else edits.set(row.id, { decision, seen: row.seen, base: row.base, saved: false });
    paint(row);
  }
  function change(changed, decision) {
    history.push(changed.map((row) => ({ row, decision: row.decision, lapsed: row.lapsed })));
    for (const row of changed) put(row, decision, false);
    afterChange();
  }
  function undo() {
    const last = history.pop();
    if (!last) return say("Nothing to undo.");
    for (const { row, decision, lapsed } of last) put(row, decision, lapsed);
    afterChange();
    if (last.length > 1) say(`${plural(last.length, "decision")} undone.`);
    else if (large.open) show(last[0].row);
    else focusOn(last[0].row);
  }
  function afterChange() {
    at("saved").hidden = true;
    remember();
    tally();
    count();
  }
  function decide(row, decision) {
    if (row.decision !== decision) change([row], decision);
    const next = nextUndecided(row);
    say(`${decision === "hold" ? "Held" : "Approved"}: ${nameOf(row)}. ${next ? "" : "All that are shown are decided."}`);
    if (large.open) show(next ?? row);
    else focusOn(next ?? row);
  }
  function clear(row) {
    if (!row || row.decision === "") return undo();
    change([row], "");
    say(`Cleared: ${nameOf(row)}.`);
    if (large.open) show(row);
  }
  function nextUndecided(row) {
    const from = shown.indexOf(row);
    const isOpen = (other) => other !== row && other.decision === "";
    return shown.slice(from + 1).find(isOpen) ?? shown.slice(0, Math.max(from, 0)).find(isOpen);
  }
  function paint({ element, decision, lapsed }) {
    element.dataset.decision = decision;
    element.toggleAttribute("data-lapsed", lapsed);
    press(element, decision);
  }
  function press(element, decision) {
    for (const button of element.querySelectorAll("[data-decide]")) {
      const isPressed = String(button.dataset.decide === decision);
      if (button.getAttribute("aria-pressed") !== isPressed) button.setAttribute("aria-pressed", isPressed);
    }
  }

  // ---- What is shown. A card stays where it is when its decision no longer fits the filter, so that nothing moves under
  // the hand; "tidy" hides such cards.
  let filter = "all", query = "", sort = "row", shown = [], current = null;
  let inPage = 0;  // of `shown`, the first so many are in the page
  const fits = {
    all: () => true,
    look: (row) => needsLook(row) || row.lapsed,
    undecided: (row) => row.decision === "",
    held: (row) => row.decision === "hold",
    approved: (row) => row.decision === "approve",
  };
  const total = (rule) => { let n = 0; for (const row of rows) if (rule(row)) n += 1; return n; };
  const isFound = (row) => query === "" || row.line === query || wordsOf(row).includes(query);
  const badness = (row) => 2 * WORST.indexOf(row.state) - (row.lapsed ? 1 : 0);
  const ordered = () => (sort === "row" ? rows : rows.toSorted((a, b) => badness(a) - badness(b) || a.index - b.index));
  function apply() {
    shown = ordered().filter((row) => fits[filter](row) && isFound(row));
    const first = new Set(shown.slice(0, BATCH));
    for (const row of rows) if (row.element.hidden === first.has(row)) row.element.hidden = !row.element.hidden;
    inPage = 0;
    bringIn(BATCH);
    nothing.hidden = shown.length > 0;
    if (!first.has(current)) setCurrent(shown[0] ?? null);
    count();
  }
  function bringIn(wanted) {
    for (; inPage < Math.min(wanted, shown.length); ++inPage) shown[inPage].element.hidden = false;
    more.hidden = inPage === shown.length;
  }
  // Moving ten thousand cards takes seconds; those that are fine keep their order among themselves, so they stay.
  function arrange() {
    let after = nothing;
    for (const row of ordered().toReversed()) {
      row.hasMoved ||= row.state !== "fine" || row.lapsed;
      if (row.hasMoved) list.insertBefore(row.element, after);
      after = row.element;
    }
  }
  function setFilter(name) {
    filter = name;
    for (const button of document.querySelectorAll("[data-filter]")) button.setAttribute("aria-pressed", button.dataset.filter === name);
    apply();
    toTop();
    say(`${document.querySelector(`[data-filter="${name}"]`).firstChild.textContent.trim()}: ${plural(shown.length, "candidate")}.`);
  }
  // A long list that became short would leave the reader below its end.
  function toTop() {
    if (list.getBoundingClientRect().top < tools.offsetHeight) scrollTo(0, list.offsetTop - tools.offsetHeight);
  }
  const approvable = () => shown.filter((row) => !needsLook(row) && row.decision === "");
  function count() {
    for (const button of document.querySelectorAll("[data-filter]")) button.lastElementChild.textContent = format(total(fits[button.dataset.filter]));
    at("shown").textContent = shown.length === rows.length ? `All ${plural(rows.length, "candidate")}` : `${format(shown.length)} of ${plural(rows.length, "candidate")}`;
    const stale = shown.length - shown.filter(fits[filter]).length;
    at("tidy").hidden = stale === 0;
    at("tidy").textContent = `Hide ${format(stale)} that no longer fit${stale === 1 ? "s" : ""}`;
    const open = approvable().length;
    at("approve-all").textContent = open ? `Approve all without findings (${format(open)})` : "Approve all without findings";
    at("approve-all").disabled = open === 0;
  }

  // ---- Moving
  function setCurrent(row) {
    if (current === row) return;
    if (current) { current.element.tabIndex = -1; current.element.classList.remove("current"); }
    current = row;
    if (row) { row.element.tabIndex = 0; row.element.classList.add("current"); }
  }
  function focusOn(row) {
    if (!row) return;
    setCurrent(row);
    if (row.element.hidden) bringIn(shown.indexOf(row) + BATCH);
    row.element.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
    // Cards off screen have a guessed height; once drawn, their place may differ.
    requestAnimationFrame(() => { if (current === row) row.element.scrollIntoView({ block: "nearest" }); });
  }
  function firstInView() {
    const top = tools.getBoundingClientRect().bottom;
    return shown.slice(0, inPage).find((row) => row.element.getBoundingClientRect().bottom > Math.max(top, 0) + 40);
  }
  const isFocusInList = () => list.contains(document.activeElement) && document.activeElement !== list;
  function move(step) {
    if (!current) return;
    if (!isFocusInList()) return focusOn(isOnScreen(current) ? current : firstInView());
    focusOn(shown[shown.indexOf(current) + step] ?? (step > 1 ? shown.at(-1) : current));
  }
  function isOnScreen(row) {
    const box = row.element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  }
  const columns = () => getComputedStyle(list).gridTemplateColumns.split(" ").length;

  // ---- The large view
  let viewed = null, frame = 0;
  const framesOf = (row) => row.element.querySelectorAll(".frames a");
  function show(row, wanted = 0) {
    setCurrent(row);
    const frames = framesOf(row);
    viewed = row;
    frame = Math.max(0, Math.min(wanted, frames.length - 1));
    const picture = frames[frame]?.firstElementChild;
    if (picture) at("large-picture").src = picture.src;
    else at("large-picture").removeAttribute("src");
    at("large-picture").alt = picture?.alt ?? "No frame could be made";
    at("large-at").textContent = frames.length > 1 ? `${textOf(frames[frame], "span")}, frame ${frame + 1} of ${frames.length}` : frames.length ? textOf(frames[0], "span") : "";
    at("large-name").firstElementChild.textContent = nameOf(row);
    large.querySelector(".detail bdi").textContent = textOf(row.element, ".detail");
    for (const part of [".where", ".findings"]) large.querySelector(part).replaceChildren(...row.element.querySelector(part).cloneNode(true).childNodes);
    large.toggleAttribute("data-lapsed", row.lapsed);
    press(large, row.decision);
    const place = shown.indexOf(row);  // -1 for one that was undone and is not among these
    at("large-place").textContent = place < 0 ? "" : `${format(place + 1)} of ${format(shown.length)}`;
    at("previous").disabled = place <= 0 && frame === 0;
    at("next").disabled = place === shown.length - 1 && frame >= frames.length - 1;
    at("large-words").scrollTop = 0;
    if (!large.open) large.showModal();
    const ahead = frames[frame + 1] ?? (shown[place + 1] && framesOf(shown[place + 1])[0]);
    if (ahead) new Image().src = ahead.href;
  }
  function step(by) {
    const place = shown.indexOf(viewed), frames = framesOf(viewed).length;
    if (frame + by >= 0 && frame + by < frames) show(viewed, frame + by);
    else if (by > 0 && place + 1 < shown.length) show(shown[place + 1]);
    else if (by < 0 && place > 0) show(shown[place - 1], Infinity);
  }
  const stepRow = (by) => { const row = shown[shown.indexOf(viewed) + by]; if (row) show(row); };

  // ---- Saving: the same rules for cells as the program's own CSV files.
  function cell(text) {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[,;"\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  function csv() {
    // What candid knows of and was taken back here must be said: what is left out stays as it was.
    const told = rows.filter((row) => row.decision !== "" || row.base !== "");
    const lines = told.map((row) => [row.id, row.decision || "clear", row.seen, nameOf(row)]);
    return [["id", "decision", "seen", "name"], ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
  }
  function shellWord(text) {
    const word = text.startsWith("-") ? `./${text}` : text;
    return /^[A-Za-z0-9_\/.,:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  }
  function tellCommand() {
    at("saved-title").textContent = `Saved as ${savedAs}.`;
    at("command").textContent = `candid proof ${shellWord(folder)} --decisions ~/Downloads/${savedAs}`;
    at("saved").hidden = false;
  }
  function save() {
    // A browser would call a second decisions.csv "decisions (1).csv", and the command would then read the old one.
    const number = 1 + (Number.parseInt(read(COUNT_KEY) ?? "0", 10) || 0);
    write(COUNT_KEY, String(number));
    savedAs = number === 1 ? "decisions.csv" : `decisions-${number}.csv`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = savedAs;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    for (const edit of edits.values()) edit.saved = true;
    remember();
    tellCommand();
    tally();
    say(`Saved as ${savedAs}. Now run the command that is shown.`);
  }
  async function copy() {
    const text = at("command").textContent;
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch {
      getSelection().selectAllChildren(at("command"));
      done = document.execCommand("copy");
    }
    at("copy").textContent = done ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { at("copy").textContent = "Copy"; }, 2500);
    say(done ? "Copied." : "Selected: press Ctrl+C.");
  }
  function pending() {
    let unsaved = 0, waiting = 0;
    for (const [id, edit] of edits) {
      if (!byId.has(id)) continue;
      if (edit.saved) waiting += 1; else unsaved += 1;
    }
    return { unsaved, waiting };
  }
  function tally() {
    const { unsaved, waiting } = pending();
    const parts = ["held", "approved", "undecided"].map((name) => `${format(total(fits[name]))} ${name}`);
    if (unsaved) parts.push(`${plural(unsaved, "change")} not saved`);
    else if (waiting) parts.push("saved to a file, not yet read by candid");
    if (!keeps && unsaved) parts.push("this browser forgets them when the page closes");
    at("tally").textContent = parts.join(", ");
    at("save").disabled = unsaved + waiting === 0 && rows.every((row) => row.decision === "");
    at("undo").hidden = history.length === 0;
    at("show-command").hidden = unsaved > 0 || waiting === 0 || !savedAs || !at("saved").hidden;
  }

  // ---- Hands
  const KEYS = {
    j: () => (large.open ? stepRow(1) : move(1)),
    k: () => (large.open ? stepRow(-1) : move(-1)),
    ArrowRight: () => (large.open ? step(1) : move(1)),
    ArrowLeft: () => (large.open ? step(-1) : move(-1)),
    ArrowDown: () => (large.open ? stepRow(1) : move(columns())),
    ArrowUp: () => (large.open ? stepRow(-1) : move(-columns())),
    a: () => subject() && decide(subject(), "approve"),
    h: () => subject() && decide(subject(), "hold"),
    u: () => clear(subject()),
    f: () => { setFilter(FILTERS[(FILTERS.indexOf(filter) + 1) % FILTERS.length]); if (shown.length) focusOn(shown[0]); },
    "/": () => search.focus(),
    "?": () => keys.showModal(),
  };
  // Only a card that has the focus, or is open, is decided by a key: never one that is out of sight.
  const subject = () => (large.open ? viewed : isFocusInList() ? current : null);
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const target = event.target;
    if (target === search && event.key === "Enter") return focusOn(shown[0]);
    if (target === search && event.key === "ArrowDown") { event.preventDefault(); return focusOn(shown[0]); }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    if (event.key === "Enter" || event.key === " ") {
      const row = rowOf.get(target.closest("article"));
      if (!row || target.tagName === "BUTTON") return;
      event.preventDefault();
      return show(row, target.tagName === "A" ? [...framesOf(row)].indexOf(target) : 0);
    }
    const isLetter = event.key.length === 1;
    if (isLetter && !at("letters").checked) return;
    if (!isLetter && (target.id === "large-words" || target.closest(".tools, .rejected, #decisions"))) return;  // arrows scroll there
    if (large.open && (event.key === "/" || event.key.toLowerCase() === "f")) return;
    const act = KEYS[isLetter ? event.key.toLowerCase() : event.key];
    if (!act || (event.repeat && "ahu".includes(event.key.toLowerCase()))) return;  // a key that is held down decides once
    event.preventDefault();
    act();
  }
  function onClick(event) {
    const button = event.target.closest("button, a");
    const card = event.target.closest("article");
    if (!button || (event.metaKey || event.ctrlKey) && button.tagName === "A") return;
    if (button.dataset.filter) return setFilter(button.dataset.filter);
    const row = card ? rowOf.get(card) : viewed;
    if (card && button.tagName === "A") {
      event.preventDefault();
      return show(row, [...framesOf(row)].indexOf(button));
    }
    const { decide: wanted } = button.dataset;
    if (!wanted) return ACTIONS[button.id]?.();
    if (row.decision === wanted) return clear(row);
    if (!card) return decide(row, wanted);
    change([row], wanted);  // the page stays still under the pointer
    say(`${wanted === "hold" ? "Held" : "Approved"}: ${nameOf(row)}.`);
  }
  const ACTIONS = {
    "help": () => keys.showModal(), "keys-close": () => keys.close(), "large-close": () => large.close(),
    "previous": () => step(-1), "next": () => step(1),
    "save": save, "copy": copy, "undo": undo, "tidy": () => { apply(); toTop(); },
    "saved-close": () => { at("saved").hidden = true; tally(); }, "show-command": () => { tellCommand(); tally(); },
    "show-more": () => bringIn(inPage + BATCH),
    "show-all": () => { search.value = query = ""; setFilter("all"); },
    "approve-all": () => { const all = approvable(); change(all, "approve"); say(`${plural(all.length, "candidate")} approved. Undo takes that back.`); },
    "bigger": () => {
      const isBig = list.classList.toggle("big");
      at("bigger").setAttribute("aria-pressed", isBig);
      if (current && isOnScreen(current)) current.element.scrollIntoView({ block: "nearest" });
    },
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  list.addEventListener("focusin", (event) => { const row = rowOf.get(event.target.closest("article")); if (row) setCurrent(row); });
  large.addEventListener("close", () => focusOn(viewed));
  large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
  let searching = 0;
  search.addEventListener("input", () => {
    clearTimeout(searching);
    searching = setTimeout(() => { query = fold(search.value.trim()); apply(); toTop(); say(plural(shown.length, "candidate")); }, SEARCH_MS);
  });
  at("sort").addEventListener("change", (event) => { sort = event.target.value; arrange(); apply(); toTop(); });
  at("letters").addEventListener("change", (event) => write("candid.proof.letters", event.target.checked ? "on" : "off"));
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  addEventListener("beforeunload", (event) => { flush(); if (!keeps && pending().unsaved) event.preventDefault(); });
  addEventListener("storage", (event) => { if (event.key === KEY) takeUp(); });  // the same sheet in another window
  addEventListener("beforeprint", () => bringIn(shown.length));

  function takeUp() {
    recall();
    for (const row of rows) if (row.decision || row.lapsed || row.element.dataset.decision || "lapsed" in row.element.dataset) paint(row);
    count();
    tally();
  }
  at("letters").checked = read("candid.proof.letters") !== "off";
  const [, width, height] = /^(\d+)\D(\d+)$/.exec(size) ?? [];
  if (width) document.documentElement.style.setProperty("--ratio", `${width} / ${height}`);
  document.documentElement.classList.toggle("tall", Number(height) > Number(width));
  list.classList.toggle("several", rows.some((row) => framesOf(row).length > 1));
  // The two bars must not cover the card that has the focus.
  const bars = new ResizeObserver(() => {
    const isSticky = getComputedStyle(tools).position === "sticky";
    document.documentElement.style.scrollPadding = `${(isSticky ? tools.offsetHeight : 0) + 14}px 0 ${at("decisions").offsetHeight + 14}px`;
  });
  bars.observe(tools);
  bars.observe(at("decisions"));
  new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) bringIn(inPage + BATCH); }, { rootMargin: "1500px" }).observe(more);
  takeUp();
  apply();
})();

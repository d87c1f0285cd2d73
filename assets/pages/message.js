"use strict";
(() => {
  const BEAT_MS = 5000, RETRY_MS = 2000, MOST_RETRY_MS = 60000, MOST_INPUTS = 8, BATCH = 20, GESTURE_MS = 2000;
  const script = document.currentScript;
  const video = document.getElementById("video");
  const overlay = document.getElementById("play");
  const { session, nonce } = script.dataset;
  let address = script.dataset.events;

  // The big button stands for the native controls until the first start; without scripts they are there at once.
  const cover = (on) => { overlay.hidden = !on; video.controls = !on; };
  cover(true);
  overlay.addEventListener("click", () => {
    cover(false);
    video.focus();
    video.play().catch(() => cover(true));
  });
  video.addEventListener("play", () => cover(false));

  // The video's address ends after some hours, so a player that goes on after a long pause fails. New addresses are asked
  // for, and it goes on at the same second; that is no new start.
  const RENEW_MS = 5000;
  const usedUp = () => {
    video.pause();
    document.getElementById("stage").hidden = true;
    document.getElementById("used-up").hidden = false;
  };
  const newAddresses = async () => {
    const answer = await fetch(script.dataset.media, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ session, nonce }),
    });
    if (answer.status === 403) usedUp();  // no views are left
    if (!answer.ok) throw answer.status;
    return answer.json();
  };
  let renewing = false, renewedAt = -Infinity;
  const renew = async () => {
    if (renewing || performance.now() - renewedAt < RENEW_MS) return;
    renewing = true;
    renewedAt = performance.now();
    const second = video.currentTime, playing = !video.paused;
    try {
      const addresses = await newAddresses();
      const track = video.querySelector("track");
      if (track) track.src = addresses.captions;
      video.src = addresses.video;
      video.load();
      if (second > 0 || playing) {
        await new Promise((ready, failed) => {
          video.addEventListener("loadedmetadata", ready, { once: true });
          video.addEventListener("error", failed, { once: true });
          video.preload = "metadata";
        });
        video.currentTime = second;
      }
      if (playing) await video.play();
    } catch {
      // The link has ended, or the network has: the player shows that it cannot go on.
    }
    renewing = false;
  };
  video.addEventListener("error", renew);
  video.querySelector("source").addEventListener("error", renew);

  // The download's address ends, too, so each click asks for a new one. Where views are limited the page holds none, as
  // programs that follow every address would use them up.
  const keep = document.getElementById("keep");
  if (keep) {
    keep.hidden = false;
    keep.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        const link = document.createElement("a");
        link.href = `${(await newAddresses()).video}?download`;
        link.download = "";
        link.click();
      } catch {
        // The link has ended, or the network has: the player shows that as well.
      }
    });
  }
  if (!address) return;

  // Reports wait here until the server has said 204. Each has its number, so one that arrives twice counts once.
  let waiting = [], sequence = 0, sending = false, pause = RETRY_MS;
  const pack = (events) => JSON.stringify({ session, nonce, events });
  const report = (kind, fields) => { if (address) waiting.push({ sequence: sequence++, kind, ...fields }); };
  // A reaction is shown as sent once the server has it; where it takes no reports any more, by the form it came from.
  const reactions = [...document.querySelectorAll("button[name=name]")];
  const reacted = ({ kind, name }, stored) => {
    if (kind !== "reaction") return;
    const pressed = reactions.find((button) => button.value === name);
    if (!stored) return pressed.click();
    for (const button of reactions) button.setAttribute("aria-pressed", String(button === pressed));
    document.getElementById("reacted").hidden = false;
  };
  document.getElementById("ticket").addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!address || !reactions.includes(button)) return;
    event.preventDefault();
    report("reaction", { name: button.value });
    send();
  });
  const post = (events) => fetch(address, {
    method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: pack(events),
  });
  const send = async () => {
    if (sending || !address || !waiting.length) return;
    sending = true;
    const batch = waiting.slice(0, BATCH);
    let again = 0;
    try {
      const status = (await post(batch)).status;
      if (status >= 500 || status === 429) throw status;
      waiting = waiting.filter((event) => !batch.includes(event));
      pause = RETRY_MS;
      if (status !== 204) address = "";  // refused: the link has ended, and repeating would not help
      for (const event of batch) reacted(event, status === 204);
    } catch {
      again = pause;
      pause = Math.min(pause * 2, MOST_RETRY_MS);
    }
    sending = false;
    if (waiting.length) setTimeout(send, again);
  };
  // How the page was opened, told once. What draws is asked for when the browser has nothing else to do, as that may
  // take it a moment; who leaves earlier goes without it.
  const IDLE_MS = 1000, LONGEST_GPU = 120;
  const gpu = () => {
    try {
      const gl = document.createElement("canvas").getContext("webgl");
      const info = gl?.getExtension("WEBGL_debug_renderer_info");
      const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : gl?.getParameter(gl.RENDERER);
      gl?.getExtension("WEBGL_lose_context")?.loseContext();
      return [...String(name ?? "")].slice(0, LONGEST_GPU).join("");
    } catch {
      return "";
    }
  };
  const visible = () => document.visibilityState === "visible";
  const how = () => ({ webdriver: navigator.webdriver === true, visible: visible(), prerendered: document.prerendering === true });
  // A page that is opened behind another one has no window's size until it is seen, and tells again then.
  let opened = how(), sizeless = false;
  const tell = (of, drawnBy) => {
    sizeless = !outerWidth || !outerHeight;
    report("load", { ...of, outer: [outerWidth, outerHeight], inner: [innerWidth, innerHeight], gpu: drawnBy });
  };
  const load = (drawnBy = "") => {
    if (opened) tell(opened, drawnBy);
    opened = null;
  };
  const tellSize = () => { if (sizeless && outerWidth && outerHeight) tell(how(), ""); };
  const whenIdle = () => { if (opened && address) load(gpu()); send(); };
  if (window.requestIdleCallback) requestIdleCallback(whenIdle, { timeout: IDLE_MS });
  else setTimeout(whenIdle, IDLE_MS);

  // Leaving: no answer can be waited for. What is on its way already may arrive twice.
  const flush = () => {
    load();
    for (let at = 0; at < waiting.length && address; at += BATCH) post(waiting.slice(at, at + BATCH)).catch(() => {});
  };

  // What was played since the last report, as ranges of seconds. A jump of the media clock begins a new range.
  let ranges = [], from = null, last = 0, lastAt = 0, rate = 1;
  const round = (seconds) => Math.round(Math.max(0, seconds) * 100) / 100;
  const close = () => {
    if (from !== null && last > from) ranges.push([round(from), round(last)]);
    from = null;
  };
  const tick = () => {
    if (video.paused && !video.ended || video.seeking || video.readyState < 2) return close();
    const now = performance.now(), at = video.currentTime;
    const most = (now - lastAt) / 1000 * Math.max(rate, video.playbackRate) + 0.5;
    rate = video.playbackRate;
    if (from !== null && (at < last || at - last > most)) close();
    if (from === null) from = at;
    last = at; lastAt = now;
  };
  const silent = () => video.muted || video.volume === 0;
  const progress = (kind, seen = visible(), muted = silent()) => {
    tick(); close();
    report(kind, { ranges: ranges.slice(-200), visible: seen, muted, rate: Math.min(16, Math.max(0, video.playbackRate)) });
    ranges = [];
    if (!video.paused) tick();
  };
  setInterval(tick, 250);
  // Each picture that is shown, where the browser tells of them: a seek ends a range at the last one.
  // Not before it plays: whoever asks for pictures gets the first one painted, over the poster.
  let watching = false;
  const watch = () => { watching = !video.paused; if (watching) video.requestVideoFrameCallback(shown); };
  const shown = () => { tick(); watch(); };
  if (video.requestVideoFrameCallback) video.addEventListener("play", () => { if (!watching) watch(); });
  setInterval(() => { if (!video.paused && !video.ended) { progress("beat"); send(); } }, BEAT_MS);

  // A start counts as a person's while a trusted gesture is fresh.
  const began = performance.now(), since = () => Math.round(performance.now() - began);
  let gestureAt = -Infinity, inputs = 0;
  const gesture = (event) => {
    if (event.isTrusted) gestureAt = performance.now();
    tellSize();
    if (inputs++ >= MOST_INPUTS) return;
    report("input", { trusted: event.isTrusted, keyboard: event.type === "keydown", ms: since() });
    send();
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "touchend"]) addEventListener(kind, gesture, { capture: true, passive: true });
  video.addEventListener("play", () => {
    if (renewing) return;
    const active = navigator.userActivation ? navigator.userActivation.isActive : true;
    const trusted = active && performance.now() - gestureAt < GESTURE_MS;
    report("play", { trusted, ms: since(), at: round(video.currentTime) });
    from = null; tick(); send();
  });
  video.addEventListener("timeupdate", tick);
  // Out of sight, what was played before the sound went or came was heard or not.
  let muted = silent();
  video.addEventListener("volumechange", () => {
    if (silent() === muted) return;
    if (!visible() && !video.paused) progress("beat", false, muted);
    muted = silent();
  });
  video.addEventListener("seeking", close);
  video.addEventListener("pause", () => { if (!video.ended) { lastAt = performance.now(); closePause("pause"); } });
  video.addEventListener("ended", () => closePause("ended"));
  const closePause = (kind) => {
    const at = video.currentTime;
    if (from !== null && at > last && at - last < 1) last = at;
    close(); progress(kind); send();
  };

  // What was played before the page went out of sight was seen; what is played until it returns was not.
  document.addEventListener("visibilitychange", () => {
    progress("hide", !visible());
    tellSize();
    visible() ? send() : flush();
  });
  addEventListener("pagehide", () => { progress("hide"); flush(); });

  document.getElementById("stop").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { action } = event.target;
    address = ""; waiting = [];
    try {
      if (!(await fetch(action, { method: "POST" })).ok) throw 0;
      for (const told of document.querySelectorAll("[data-recorded]")) told.hidden = true;
      document.getElementById("stopped").hidden = false;
    } catch {
      event.target.submit();  // let the browser show what went wrong
    }
  });
})();

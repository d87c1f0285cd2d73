(words, mostBytes) => {
  "use strict";
  // Records an answer and sends it. Begins when "Record a video" is pressed; until then the page holds nothing of this.
  // The states follow each other: asking, ready, recording, recorded, sending, sent. `show()` draws each.
  const MOST_SECONDS = 120, SLICE_MS = 1000, SPARE_BYTES = 2 << 20, TICK_MS = 250, ANNOUNCED = [60, 30, 10];
  const VIDEO_BITS = 2_000_000, AUDIO_BITS = 96_000;
  const RETRY_MS = 1000, MOST_RETRY_MS = 30_000, ANSWER_MS = 60_000;
  const TYPES = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm",
    "video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/mp4"];
  const byId = (id) => document.getElementById(id);
  const box = byId("video-reply"), opener = byId("record");
  const own = document.currentScript;
  const ticket = Object.fromEntries(new FormData(byId("ticket")));
  const make = (name, fields = {}, ...children) => {
    const made = Object.assign(document.createElement(name), fields);
    made.append(...children);
    return made;
  };

  const style = make("style", { textContent: `
    .recorder video { border-radius: 14px; max-height: 60vh; object-fit: contain }
    .recorder .mirrored { transform: scaleX(-1) }
    .recorder .buttons { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 12px }
    .recorder .quiet { background: var(--card); color: var(--ink); border-color: var(--edge) }
    .recorder .state { margin-top: 10px; font-weight: 600; font-variant-numeric: tabular-nums; min-height: 1.55em }
    .recorder [aria-hidden]:empty { display: none }
    .recorder progress { width: 100%; height: 12px; accent-color: var(--accent) }
    .recorder .live::before { content: ""; display: inline-block; width: 11px; height: 11px; border-radius: 50%;
      margin-inline-end: 8px; background: #d3232f }` });
  style.nonce = own.nonce;
  document.head.append(style);

  // What is seen, and what a screen reader is told: of the running clock only some moments are read out.
  const stage = make("div"), clock = make("p", { className: "state" }), buttons = make("div", { className: "buttons" });
  const state = make("p", { className: "state", tabIndex: -1 });
  state.setAttribute("role", "status");
  const voice = make("p", { className: "spoken" });
  voice.setAttribute("role", "status");
  const panel = make("div", { className: "recorder" }, stage, clock, state, voice, buttons);
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", words.group);
  box.append(panel);
  clock.setAttribute("aria-hidden", "true");
  opener.hidden = true;

  let stream = null, recorder = null, recording = null, address = "", leaving = null, shown = 0;
  const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const button = (text, action, isQuiet) => {
    const made = make("button", { type: "button", className: isQuiet ? "wide quiet" : "wide", textContent: text });
    made.addEventListener("click", action);
    return made;
  };
  // The first button gets the focus, else the words do, as what had it is gone.
  const show = (text, { view, actions = [], left = "" }) => {
    ++shown;
    stage.replaceChildren(...(view ? [view] : []));
    clock.textContent = left;
    clock.className = "state";
    state.textContent = text;
    voice.textContent = "";
    buttons.replaceChildren(...actions);
    (actions[0] ?? state).focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  };
  const closeCamera = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
  };
  const forget = () => {
    closeCamera();
    if (recorder?.state === "recording") recorder.stop();
    recorder = recording = null;
    if (address) URL.revokeObjectURL(address);
    address = "";
    warnLeaving(false);
  };
  // Whoever leaves the page loses what was not sent: the browser asks them.
  const ask = (event) => event.preventDefault();
  const warnLeaving = (on) => {
    if (leaving) removeEventListener("beforeunload", leaving);
    leaving = on ? ask : null;
    if (leaving) addEventListener("beforeunload", leaving);
  };
  const cancel = () => {
    forget();
    panel.remove();
    style.remove();
    own.remove();
    opener.hidden = opener.disabled = false;
    opener.focus();
  };
  const sorry = (text, retry) => {
    closeCamera();
    show(text, { actions: [button(words.retry, retry), button(words.cancel, cancel, true)] });
  };

  const openCamera = async () => {
    forget();
    byId("video")?.pause();
    show(words.asking, { actions: [button(words.cancel, cancel, true)] });
    const mine = shown;
    let opened;
    try {
      opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
        audio: { echoCancellation: true, noiseSuppression: true },
      });
    } catch (error) {
      const missing = ["NotFoundError", "OverconstrainedError"], denied = ["NotAllowedError", "SecurityError"];
      const name = error?.name;
      if (mine === shown) sorry(denied.includes(name) ? words.denied : missing.includes(name) ? words.missing : words.busy, openCamera);
      return;
    }
    if (mine !== shown) return opened.getTracks().forEach((track) => track.stop());  // cancelled meanwhile
    stream = opened;
    show(words.ready, {
      view: preview(),
      left: `${words.left} ${time(MOST_SECONDS)}`,
      actions: [button(words.start, record), button(words.cancel, cancel, true)],
    });
  };
  // As in a mirror, as people know themselves; what is recorded is not.
  const preview = () => {
    const view = make("video", { muted: true, autoplay: true, playsInline: true, srcObject: stream, className: "mirrored" });
    view.setAttribute("aria-label", words.preview);
    return view;
  };

  const record = () => {
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const slices = [];
    let bytes = 0, ended = 0, ticking = 0, announced = ANNOUNCED, failed = false;
    try {
      recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), videoBitsPerSecond: VIDEO_BITS, audioBitsPerSecond: AUDIO_BITS });
    } catch {
      return sorry(words.broken, openCamera);
    }
    const mine = recorder;
    const stop = () => { if (mine.state === "recording") mine.stop(); };
    const start = () => { try { mine.start(SLICE_MS); return true; } catch { return false; } };  // the camera may be gone
    mine.addEventListener("dataavailable", ({ data }) => {
      slices.push(data);
      bytes += data.size;
      if (bytes > mostBytes - SPARE_BYTES) stop();
    });
    mine.addEventListener("error", () => { failed = true; });
    mine.addEventListener("stop", () => {
      clearInterval(ticking);
      if (recorder !== mine) return;  // cancelled
      closeCamera();
      if (failed || !bytes || bytes > mostBytes) return sorry(words.broken, openCamera);
      recording = new Blob(slices, { type: (mine.mimeType || type || "").split(";")[0] });
      review();
    });
    // The camera was taken away, by the system or by pulling its plug.
    for (const track of stream.getTracks()) track.addEventListener("ended", stop);
    if (!start()) return sorry(words.broken, openCamera);
    warnLeaving(true);
    show(words.recording, { view: preview(), actions: [button(words.stop, stop), button(words.cancel, cancel, true)] });
    clock.classList.add("live");
    ended = performance.now() + MOST_SECONDS * 1000;
    const tick = () => {
      const left = Math.max(0, (ended - performance.now()) / 1000);
      clock.textContent = `${words.left} ${time(Math.ceil(left))}`;
      if (left <= announced[0]) {
        voice.textContent = `${words.left} ${time(announced[0])}`;
        announced = announced.slice(1);
      }
      if (left === 0) stop();
    };
    ticking = setInterval(tick, TICK_MS);
    tick();
  };

  const review = () => {
    address ||= URL.createObjectURL(recording);
    const view = make("video", { controls: true, playsInline: true, src: address });
    view.setAttribute("aria-label", words.yours);
    show(words.recorded, {
      view, actions: [button(words.send, send), button(words.again, openCamera, true), button(words.cancel, cancel, true)],
    });
  };

  // One upload: begun, filled piece by piece, finished. A broken line costs a piece: the server knows how far it came.
  class Refused extends Error {
    constructor(status, problem) {
      super(problem);
      Object.assign(this, { status, problem });
    }
  }
  const call = async (method, path, body, type) => {
    const answer = await fetch(`${box.dataset.to}${path}`, {
      method, body, headers: type ? { "Content-Type": type } : {}, signal: AbortSignal.timeout?.(ANSWER_MS),
    });
    const json = await answer.json().catch(() => ({}));
    if (answer.ok || answer.status === 409) return { ...json, behind: answer.status === 409 };
    const wait = Number(answer.headers.get("Retry-After")) * 1000;
    if (answer.status >= 500 && answer.status !== 507 || answer.status === 429) throw Object.assign(new Error("again"), { wait });
    throw new Refused(answer.status, json.problem);
  };
  const callJson = (path, fields) => call("POST", path, JSON.stringify({ ...ticket, ...fields }), "application/json");

  const send = async () => {
    closeCamera();
    const bar = make("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", words.sending);
    let upload = null, offset = 0, pause = RETRY_MS, begun = 0;
    const stopped = new AbortController();
    show(words.sending, { view: bar, actions: [button(words.cancel, () => { stopped.abort(); review(); }, true)] });
    const progress = (text) => {
      if (stopped.signal.aborted) return;
      bar.value = offset / recording.size;
      clock.textContent = `${Math.floor(100 * bar.value)} %`;
      if (state.textContent !== text) state.textContent = text;
    };
    const rest = (milliseconds) => new Promise((done) => {
      const wake = () => {
        clearTimeout(timer);
        removeEventListener("online", wake);
        done();
      };
      const timer = setTimeout(wake, milliseconds);
      addEventListener("online", wake);
    });
    while (!stopped.signal.aborted) {
      try {
        if (!upload) {
          upload = await callJson("", { size: recording.size, type: recording.type });
          offset = 0;
        } else if (pause > RETRY_MS) {
          offset = (await call("GET", `/${upload.id}`)).offset;
        }
        while (offset < recording.size && !stopped.signal.aborted) {
          progress(words.sending);
          const piece = recording.slice(offset, offset + upload.piece);
          offset = (await call("POST", `/${upload.id}/${offset}`, piece, "application/octet-stream")).offset;
          pause = RETRY_MS;
        }
        if (stopped.signal.aborted) return;
        progress(words.sending);
        const finished = await callJson(`/${upload.id}/finish`, {});
        if (!finished.behind) return sent();
        offset = finished.offset;
      } catch (error) {
        if (stopped.signal.aborted) return;
        // An upload that is unknown was abandoned for a day, or erased: once more from its beginning.
        if (error instanceof Refused && error.status === 404 && begun++ === 0) {
          upload = null;
        } else if (error instanceof Refused) {
          return refused(error);
        } else {
          progress(words.waiting);
          await rest(Math.max(pause, error.wait || 0));
          pause = Math.min(2 * Math.max(pause, RETRY_MS + 1), MOST_RETRY_MS);
        }
      }
    }
  };
  const refused = ({ status, problem }) => {
    const why = { too_many: words.too_many, no_room: words.no_room, ticket: words.old }[problem] ?? (status === 401 ? words.old : words.refused);
    show(why, { actions: [button(words.retry, send), button(words.watch, review, true), button(words.cancel, cancel, true)] });
  };
  const sent = () => {
    forget();
    box.replaceChildren(panel);
    show(words.sent, {});
    clock.remove();
  };

  openCamera();
}

// What stands around the video: speed, captions, full screen, keys, the transcript's times.
(() => {
  const JUMP_SECONDS = 5;
  const byId = (id) => document.getElementById(id);
  const video = byId("video"), stage = byId("stage"), tools = byId("tools"), keys = byId("keys");
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));
  tools.hidden = false;

  // For this page load alone; the default, too, as loading new addresses begins with that.
  const speeds = [...tools.querySelectorAll("[data-rate]")];
  for (const button of speeds) {
    button.addEventListener("click", () => { video.playbackRate = video.defaultPlaybackRate = Number(button.dataset.rate); });
  }
  const markSpeed = () => speeds.forEach((button) => press(button, Number(button.dataset.rate) === video.playbackRate));
  video.addEventListener("ratechange", markSpeed);
  markSpeed();

  const captions = byId("captions");
  const track = () => video.querySelector("track").track;
  const switchCaptions = () => { if (captions) track().mode = track().mode === "showing" ? "disabled" : "showing"; };
  if (captions) {
    const mark = () => press(captions, track().mode === "showing");
    captions.addEventListener("click", switchCaptions);
    video.textTracks.addEventListener("change", mark);
    video.addEventListener("loadedmetadata", mark);
    mark();
  }

  // The stage, so that the play button comes along; iPhones show nothing but a video on the full screen.
  const full = byId("full");
  const request = stage.requestFullscreen ?? stage.webkitRequestFullscreen;
  const switchFull = () => {
    const leave = document.exitFullscreen ?? document.webkitExitFullscreen;
    if (document.fullscreenElement ?? document.webkitFullscreenElement) return leave.call(document);
    return request ? request.call(stage) : video.webkitEnterFullscreen?.();
  };
  const tryFull = async () => { try { await switchFull(); } catch { /* the browser does not allow it now */ } };
  full.hidden = !request && !video.webkitEnterFullscreen;
  full.addEventListener("click", tryFull);

  const start = () => video.play().catch(() => {});
  const seek = (second) => { video.currentTime = Math.min(Math.max(0, second), video.duration || second); };
  const actions = {
    " ": () => video.paused ? start() : video.pause(),
    arrowleft: () => seek(video.currentTime - JUMP_SECONDS),
    arrowright: () => seek(video.currentTime + JUMP_SECONDS),
    f: tryFull,
    c: switchCaptions,
    m: () => { video.muted = !video.muted; },
  };
  // Keyboards of other scripts have other letters on the same keys.
  const nameOf = ({ key, code }) => (/^[^ -~]$/.test(key) && /^Key[A-Z]$/.test(code) ? code.slice(3) : key).toLowerCase();
  document.addEventListener("keydown", (event) => {
    if (!keys.checked || stage.hidden || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = event.target instanceof Element ? event.target : document.body;
    if (at.closest("input, textarea, select, [contenteditable], .recorder")) return;
    const name = nameOf(event);
    if (name === " " && at.closest("button, a, summary")) return;  // it presses those
    const action = Object.hasOwn(actions, name) ? actions[name] : null;
    if (!action) return;
    event.preventDefault();  // the browser's own keys of a video would do it twice
    if (!event.repeat || name.startsWith("arrow")) action();
  }, { capture: true });

  byId("transcript")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-at]");
    if (!link) return;
    event.preventDefault();
    seek(Number(link.dataset.at));
    start();
  });
})();

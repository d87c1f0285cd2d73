// Somebody who watches: acts on the page as a test's script tells, and knows exactly what was shown or heard.
import { openLine } from './line.mjs';
import { phoneOptions } from './program.mjs';

// Runs in the page, before its own scripts. What was perceived is told by the video's events and by who sets its time,
// in seconds of the video: nothing is sampled, and nothing of the page's own script is used.
function keepTruth({ skewMs, autoplay }) {
  if (skewMs) {
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length ? given : [Real.now() + skewMs])); }
      static now() { return Real.now() + skewMs; }
    };
    Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + skewMs });
  }
  const spans = [], frames = [];
  let video, from = null, seen = document.visibilityState === 'visible', heard = true;
  const upTo = (time) => {
    if (from !== null && time > from && (seen || heard)) spans.push([from, time]);
    from = null;
  };
  const time = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
  const now = () => time.get.call(video);
  const goOn = () => { from = video.paused || video.ended || video.seeking ? null : now(); };
  Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', {
    ...time,
    set(second) { if (this === video) upTo(now()); time.set.call(this, second); },
  });
  const turn = () => {
    upTo(now());
    seen = document.visibilityState === 'visible';
    heard = !video.muted && video.volume > 0;
    goOn();
  };
  addEventListener('DOMContentLoaded', () => {
    video = document.querySelector('video');
    if (!video) return;
    for (const kind of ['play', 'seeked']) video.addEventListener(kind, () => { if (from === null) goOn(); });
    for (const kind of ['pause', 'ended', 'emptied']) video.addEventListener(kind, () => { if (!video.seeking) upTo(now()); });
    video.addEventListener('volumechange', turn);
    document.addEventListener('visibilitychange', turn, { capture: true });
    const shown = (moment, { mediaTime }) => { frames.push(mediaTime); video.requestVideoFrameCallback(shown); };
    video.requestVideoFrameCallback(shown);
    if (autoplay) { video.muted = true; video.play(); }
  });
  globalThis.truth = () => {
    if (!video) return { spans, frames };
    const playing = from !== null;
    upTo(now());
    if (playing) goOn();
    return { spans, frames };
  };
}

export function secondsOf(spans) {
  let end = 0, sum = 0;
  for (const [first, last] of [...spans].sort((a, b) => a[0] - b[0])) {
    sum += Math.max(0, last - Math.max(first, end));
    end = Math.max(end, last);
  }
  return sum;
}

let networks = 0;
// Each of them at home: one network that opens several links is a scanner's.
const ownNetwork = () => { networks += 1; return `10.${networks >> 8}.${networks & 255}.7`; };

// `line`: what the network does to reports (line.mjs). `skewMs`: how wrong the browser's clock is. `autoplay`: the page
// tries to play by itself.
export async function openViewer(browser, site, { page: content = {}, line: trouble = {}, skewMs = 0, autoplay = false } = {}) {
  const { link, id } = await site.publish(content);
  const line = await openLine(site.url, { network: ownNetwork(), ...trouble });
  const context = await browser.newContext(phoneOptions);
  await context.addInitScript(keepTruth, { skewMs, autoplay });
  const page = await context.newPage();
  const loads = [];  // what earlier loads of the page have shown, in seconds
  const viewer = { id, page, context, line, link: line.url + new URL(link).pathname, loads, frames: [] };
  const video = page.locator('video');

  viewer.rest = (seconds) => page.waitForTimeout(seconds * 1000);
  viewer.look = () => page.evaluate(() => {
    const { currentTime, paused, ended, muted, playbackRate, duration } = document.querySelector('video');
    return { currentTime, paused, ended, muted, playbackRate, duration };
  });
  // What this load of the page has shown so far.
  viewer.shown = async () => {
    const { spans, frames } = await page.evaluate(() => globalThis.truth());
    viewer.frames = frames;
    return secondsOf(spans);
  };
  // A person's first input comes a second after the page at the earliest.
  viewer.open = async (restSeconds = 1.2) => {
    await page.goto(viewer.link);
    // Chromium fetches no video for a page that is not seen.
    await video.evaluate((element) => element.readyState >= 1 || document.visibilityState === 'hidden' || new Promise((ready) => element.addEventListener('loadedmetadata', ready, { once: true })));
    await viewer.rest(restSeconds);
  };
  viewer.play = () => page.locator('#play').tap();
  viewer.key = (name) => page.keyboard.press(name);
  // Goes on after a pause: by the space bar, which is the video's unless a button has the focus.
  viewer.goOn = async () => {
    await video.focus();
    await viewer.key(' ');
    // Just before its end it has ended again by now.
    await video.evaluate((element) => !element.paused || element.ended || new Promise((resolve, reject) => {
      element.addEventListener('play', resolve, { once: true });
      setTimeout(() => reject(new Error('the space bar did not start it')), 30000);
    }));
  };
  viewer.seek = (second) => video.evaluate((element, to) => { element.currentTime = to; }, second);
  viewer.rate = (rate) => page.locator(`[data-rate="${rate}"]`).tap();
  // Until the video has come to this second, or to its end; what follows then does so at that very moment, however busy
  // the machine is: {seek: second}, {pause: true}, {mute: true}, {rate: number}.
  viewer.until = (second, then = {}) => video.evaluate((element, { to, seek, pause, mute, rate }) => new Promise((resolve, reject) => {
    const act = () => {
      if (seek !== undefined) element.currentTime = seek;
      if (pause) element.pause();
      if (mute) element.muted = true;
      if (rate) element.playbackRate = rate;
    };
    const look = () => {
      if (!element.ended && (element.seeking || element.currentTime < to)) return;
      clearInterval(timer);
      clearTimeout(late);
      element.removeEventListener('ended', look);
      act();
      resolve();
    };
    const timer = setInterval(look, 20);
    const late = setTimeout(() => { clearInterval(timer); reject(new Error(`never came to ${to} s; is at ${element.currentTime}`)); }, 90000);
    element.addEventListener('ended', look);
    look();
  }), { to: second, ...then });
  viewer.watch = async (seconds) => {
    const { currentTime, playbackRate, paused, ended } = await viewer.look();
    if (!paused && !ended) await viewer.until(currentTime + seconds * playbackRate);
  };
  // So many seconds each from one of these seconds after the other.
  viewer.scrub = (seconds, each) => video.evaluate(async (element, { to, ms }) => {
    for (const second of to) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      element.currentTime = second;
      await new Promise((resolve) => element.addEventListener('seeked', resolve, { once: true }));
    }
  }, { to: seconds, ms: each * 1000 });
  viewer.toEnd = () => viewer.until(1e6);
  // Another tab in front of it, in the same window. Playwright has every page believe that it is in front; its own session
  // alone can end that.
  let other;
  viewer.hide = async () => {
    if (!other) {
      other = await context.newPage();
      await page._connection.toImpl(page)._delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled: false });
    }
    await other.bringToFront();
    await viewer.becomes('hidden');
  };
  viewer.show = async () => {
    await page.bringToFront();
    await viewer.becomes('visible');
  };
  viewer.becomes = (state) => page.evaluate((wanted) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the page never became ${wanted}`)), 20000);
    const look = () => { if (document.visibilityState === wanted) { clearTimeout(late); resolve(); } };
    document.addEventListener('visibilitychange', look);
    look();
  }), state);
  // The page is left for another load of it, or for good; what was shown is noted at the last moment.
  viewer.note = async () => { loads.push(await viewer.shown()); };
  viewer.reload = async () => {
    await viewer.note();
    await viewer.open();
  };
  viewer.close = async () => {
    await viewer.note();
    viewer.gone = true;
    await page.close({ runBeforeUnload: false });
  };
  viewer.leave = async () => {
    await viewer.note();
    viewer.gone = true;
    await page.goto(`${line.url}/healthz`);
  };
  // Without a last word: the page's process dies.
  viewer.crash = async () => {
    const session = await context.newCDPSession(page);
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    await viewer.note();
    viewer.gone = true;
    session.send('Page.crash').catch(() => {});
    await crashed;
  };
  viewer.truth = () => Math.max(0, ...loads);
  viewer.settle = () => line.settle();
  viewer.end = async () => {
    await context.close().catch(() => {});
    line.close();
  };
  return viewer;
}

// Does it for each, so many at a time.
export async function sideBySide(atOnce, each, what) {
  const left = [...each];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (left.length) await what(left.shift());
  }));
}

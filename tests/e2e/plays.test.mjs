// Plays whose truth is known, in a real browser against the real server: what `candid status` says of each has to be what
// was shown or heard. They run side by side; each is a test of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { randomOf } from './random.mjs';
import { behindProxy, openPhone, runJson } from './program.mjs';
import { openViewer, sideBySide } from './viewer.mjs';

const length = 11.9;  // of the sample take
const atOnce = 12;
const skewMs = 2 * 24 * 3600 * 1000;
const clickOf = (viewer, selector) => viewer.page.locator(selector).tap();

// What so many seconds come to, by docs/views.md.
const stateFor = (seconds) => {
  if (seconds < Math.min(5, length / 2)) return 'played';
  const step = [95, 75, 50, 25].find((percent) => 100 * seconds / length >= percent);
  return step ? `watched_${step}` : 'viewed';
};

// What each does. `within`: how far off the seconds may be; what is played while a page closes is a little, on a busy
// machine. `truth`, `state`: where they do not follow from what was shown.
const plays = {
  'a video that is played to its end': {
    async run(viewer) { await viewer.play(); await viewer.toEnd(); },
  },
  'a pause and going on': {
    async run(viewer) {
      await viewer.play(); await viewer.until(3, { pause: true }); await viewer.rest(2.5);
      await viewer.goOn(); await viewer.until(8, { pause: true });
    },
  },
  'a seek to the end': {
    async run(viewer) { await viewer.play(); await viewer.until(1.5, { seek: length - 1.5 }); await viewer.toEnd(); viewer.saw = await viewer.look(); },
    check(viewer, status) {
      assert.equal(viewer.saw.ended, true);
      assert.ok(status.watched_fraction < 0.95 && status.state !== 'watched_95', status.reason);
    },
  },
  'scrubbing back and forth': {
    async run(viewer) {
      await viewer.play();
      await viewer.scrub([9, 2, 11, 4, 6, 1, 10.5, 3, 8, 0, 10, 5], 0.4);
      await viewer.until(6, { pause: true });
    },
  },
  'dragging the time while nothing plays': {
    async run(viewer) {
      await viewer.play(); await viewer.until(1, { pause: true });
      await viewer.scrub([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4, 10], 0.1);
      await viewer.rest(1);
    },
  },
  'a muted video in sight': {
    async run(viewer) { await viewer.play(); await viewer.key('m'); await viewer.until(8, { pause: true }); },
  },
  'another tab in front, with sound': {
    async run(viewer) {
      await viewer.play(); await viewer.until(2); await viewer.hide(); await viewer.until(11, { pause: true }); await viewer.show();
    },
  },
  'another tab in front, with sound, and closed there': {
    async run(viewer) { await viewer.play(); await viewer.until(1); await viewer.hide(); await viewer.until(9); },
  },
  'another tab in front, without sound': {
    async run(viewer) {
      await viewer.play(); await viewer.key('m'); await viewer.until(1); await viewer.hide(); await viewer.until(9);
      await viewer.show(); await viewer.until(10);
    },
  },
  'the sound switched off behind another tab': {
    async run(viewer) {
      await viewer.play(); await viewer.until(1); await viewer.hide(); await viewer.until(5.5, { mute: true });
      await viewer.until(11); await viewer.show();
    },
  },
  'opened behind another tab, and seen later': {
    hidden: true,
    async run(viewer) { await viewer.rest(1.5); await viewer.show(); await viewer.rest(1); await viewer.play(); await viewer.until(6, { pause: true }); },
  },
  'twice the speed': {
    async run(viewer) { await viewer.rate(2); await viewer.play(); await viewer.toEnd(); },
  },
  'one and a half times the speed, and then slower': {
    async run(viewer) {
      await viewer.rate(1.5); await viewer.play(); await viewer.until(6, { rate: 0.75 }); await viewer.until(8, { pause: true });
    },
  },
  'the same again': {
    async run(viewer) {
      await viewer.play();
      for (let time = 0; time < 3; ++time) await viewer.until(4, { seek: 0 });
      await viewer.until(1, { pause: true });
    },
  },
  'a page whose process dies': {
    async run(viewer) { await viewer.play(); await viewer.until(8); await viewer.crash(); },
    within: 5.5,  // what was played since the last report
  },
  'a page that is loaded again in the middle': {  // the better of two visits counts
    async run(viewer) { await viewer.play(); await viewer.until(4); await viewer.reload(); await viewer.play(); await viewer.until(6); },
  },
  'a page that is left for another': {
    async run(viewer) {
      await viewer.play(); await viewer.until(6.5); await viewer.leave();
    },
  },
  'one report in fifty is lost': {
    copies: 2, line: { loss: 0.02 },
    async run(viewer) { await viewer.play(); await viewer.until(10); },
  },
  'three reports in ten are lost': {
    copies: 2, line: { loss: 0.3 },
    async run(viewer) { await viewer.play(); await viewer.until(11, { pause: true }); await viewer.rest(9); },
  },
  'no network for a while': {
    async run(viewer) {
      await viewer.play(); await viewer.until(2); viewer.line.down = true; await viewer.until(9); viewer.line.down = false;
      await viewer.toEnd(); await viewer.rest(5);
    },
  },
  'every report three times, late, in any order': {
    copies: 2, line: { shuffled: true },
    async run(viewer) { await viewer.play(); await viewer.until(4, { seek: 7 }); await viewer.until(10.5, { pause: true }); },
  },
  'a clock two days ahead': {
    skewMs, async run(viewer) { await viewer.play(); await viewer.toEnd(); },
  },
  'a clock two days behind': {
    skewMs: -skewMs, async run(viewer) { await viewer.play(); await viewer.until(8, { pause: true }); },
  },
  'a slow network': {
    async prepare(viewer) {
      const session = await viewer.context.newCDPSession(viewer.page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 24e3, uploadThroughput: 24e3 });
    },
    async run(viewer) { await viewer.play(); await viewer.until(8); },
  },
  'the keyboard alone': {
    restSeconds: 0.1,  // keys count from the first moment
    async run(viewer) {
      await viewer.key('Tab'); await viewer.rest(1.2);
      await viewer.key(' '); await viewer.until(2); await viewer.key('ArrowRight'); await viewer.until(11); await viewer.key(' ');
    },
  },
  'a video that starts by itself, and nobody there': {
    autoplay: true, truth: 0,
    async run(viewer) { await viewer.toEnd(); },
    state: 'page_unverified',
  },
  'a video that starts by itself, and somebody who reads': {
    autoplay: true, truth: 0,
    async run(viewer) { await clickOf(viewer, 'h1'); await viewer.toEnd(); },
    state: 'page_human',
  },
  'a script that presses play': {
    truth: 0,
    async run(viewer) {
      await viewer.page.evaluate(() => document.getElementById('play').click());
      await viewer.toEnd();
    },
    state: 'page_unverified',
  },
  '"do not track" in the middle': {
    truth: null,
    async run(viewer) {
      await viewer.play(); await viewer.until(6.5);
      viewer.before = await viewer.shown();
      await clickOf(viewer, '#stop button');
      await viewer.page.locator('#stopped').waitFor();
      viewer.eventsThen = (await site.eventsOf(viewer.id)).length;
      await viewer.toEnd();
    },
    async check(viewer, status) {
      assert.equal(status.do_not_track, true);
      assert.ok(status.watched_s <= viewer.before + 0.2 && status.watched_s >= viewer.before - 5.5, `${status.watched_s} s of ${viewer.before} s`);
      assert.equal((await site.eventsOf(viewer.id)).length, viewer.eventsThen, 'nothing is stored afterwards');
    },
  },
  'agreeing in the middle': {
    page: { tracking: 'consent' },
    async run(viewer) {
      await viewer.play(); await viewer.until(4);
      await clickOf(viewer, 'button[formaction$="/consent"]');
      await viewer.page.locator('#stop').waitFor();
      await viewer.rest(1.2);
      await viewer.play(); await viewer.until(8, { pause: true });
    },
  },
  'before agreeing': {
    page: { tracking: 'consent' }, truth: 0,
    async run(viewer) { await viewer.play(); await viewer.until(6); },
    state: 'sent',
  },
};

// All of them take two minutes, so a run has a third, drawn anew each day, and all with CANDID_FULL.
const always = ['a video that is played to its end', 'a seek to the end'];
const draw = randomOf(process.env.CANDID_SEED ?? new Date().toDateString());
const chosen = Object.entries(plays).filter(([name]) => draw() < 1 / 3 || process.env.CANDID_FULL || always.includes(name));

let site, phone;
const done = new Map();

async function play(name, { page, line, skewMs: skew, autoplay, restSeconds, hidden, prepare, run }, number) {
  const viewer = await openViewer(phone.browser, site, { page, skewMs: skew, autoplay, line: { ...line, random: randomOf(`${name} ${number}`) } });
  try {
    await prepare?.(viewer);
    if (hidden) await viewer.hide();
    await viewer.open(restSeconds);
    await run(viewer);
    if (!viewer.gone) await viewer.close();
    await viewer.settle();
  } catch (error) {
    viewer.failed = error;
  }
  if (process.env.CANDID_E2E_TELL) console.error(name, viewer.loads, viewer.failed?.message);
  return viewer;
}

before(async () => {
  [site, phone] = await Promise.all([openSite({ fps: 10, seconds: 14, options: behindProxy }), openPhone()]);
  const waiting = chosen.flatMap(([name, how]) => Array.from({ length: how.copies ?? 1 }, (_, number) => ({ name, how, number })));
  for (const { name } of waiting) done.set(name, []);
  await sideBySide(atOnce, waiting, async ({ name, how, number }) => { done.get(name).push(await play(name, how, number)); });
});

after(async () => {
  await Promise.all([...done.values()].flat().map((viewer) => viewer.end()));
  await phone?.browser.close();
  await site?.close();
});

for (const [name, { state, within = 2, truth, check }] of chosen) {
  test(name, async (t) => {
    const all = await site.statusOf();
    for (const viewer of done.get(name)) {
      if (viewer.failed) throw viewer.failed;
      const status = all.get(viewer.id);
      const shown = truth === undefined ? viewer.truth() : truth;
      const what = `${status.watched_s.toFixed(1)} s for ${shown?.toFixed(1)} s, ${status.state}: ${status.reason}; ${viewer.line.lost} of ${viewer.line.reports} reports lost`;
      t.diagnostic(what);
      if (shown !== null) assert.ok(Math.abs(status.watched_s - shown) <= within, what);
      assert.equal(status.state, state ?? stateFor(status.watched_s), what);
      await check?.(viewer, status);
    }
  });
}

test('what was shown was shown: every second that counts had a picture', async () => {
  const [viewer] = done.get('a video that is played to its end');
  const seconds = new Set(viewer.frames.map(Math.floor));
  for (let second = 0; second < length - 1; ++second) assert.ok(seconds.has(second), `second ${second}`);
});

test('candid status --explain tells the same, and why', async () => {
  const [viewer] = done.get('a seek to the end');
  const { candidates: [told] } = await runJson(['status', site.campaign, '--explain', viewer.id], { data: site.data });
  const status = (await site.statusOf()).get(viewer.id);
  assert.deepEqual({ state: told.state, watched_s: told.watched_s }, { state: status.state, watched_s: status.watched_s });
  assert.ok(told.sessions[0].facts.length > 2, JSON.stringify(told.sessions));
});

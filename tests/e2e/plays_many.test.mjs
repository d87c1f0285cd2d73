// Random plays: people who watch, pause, seek, mute, change the speed, look at other tabs, load the page again and leave,
// on a line that loses one report in fifty, some with a wrong clock. The seconds that `candid status` tells have to be
// what was shown or heard, and nobody may be called a machine. Each is drawn from a seed, which is printed with what is off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from './pages.mjs';
import { behindProxy, openPhone } from './program.mjs';
import { randomOf } from './random.mjs';
import { openViewer, sideBySide } from './viewer.mjs';

const count = Number(process.env.CANDID_PLAYS ?? (process.env.CANDID_FULL ? 1000 : 12));
const firstSeed = Number(process.env.CANDID_SEED ?? 1);
const atOnce = 12;
const loss = 0.02;
const within = 2;
const atLeast = 0.99;
// Of a short run one may be off: of so few one is more than a hundredth.
const mayBeOff = Math.max(1, Math.floor(count * (1 - atLeast)));

let site, phone;
const all = [];

const between = (random, least, most) => least + random() * (most - least);
const oneOf = (random, choices) => choices[Math.floor(random() * choices.length)];

// What people do between one stretch of watching and the next.
const acts = {
  watch: () => {},
  pause: async (viewer, random) => {
    await viewer.until(0, { pause: true });
    await viewer.rest(between(random, 0.2, 2));
    await viewer.goOn();
  },
  seek: async (viewer, random) => viewer.until(0, { seek: between(random, 0, viewer.length - 1) }),
  back: async (viewer) => viewer.key('ArrowLeft'),
  onwards: async (viewer) => viewer.key('ArrowRight'),
  again: async (viewer) => viewer.until(0, { seek: 0 }),
  scrub: async (viewer, random) => viewer.scrub(Array.from({ length: 6 }, () => between(random, 0, viewer.length - 1)), 0.25),
  speed: async (viewer, random) => viewer.rate(oneOf(random, [0.75, 1, 1.25, 1.5, 2])),
  mute: async (viewer) => viewer.key('m'),
  away: async (viewer, random) => {
    await viewer.hide();
    await viewer.rest(between(random, 0.5, 3));
    await viewer.show();
  },
  reload: async (viewer) => {
    await viewer.reload();
    await viewer.play();
  },
};
const often = { watch: 4, pause: 3, seek: 4, back: 2, onwards: 2, again: 1, scrub: 1, speed: 2, mute: 2, away: 2, reload: 0.4 };
const drawn = (random, weights) => {
  let left = random() * Object.values(weights).reduce((a, b) => a + b);
  return Object.keys(weights).find((name) => (left -= weights[name]) < 0) ?? 'watch';
};

const endings = {
  close: (viewer) => viewer.close(),
  leave: (viewer) => viewer.leave(),
  toEnd: async (viewer, random) => {
    const { paused, ended } = await viewer.look();
    if (paused && !ended) await viewer.goOn();  // it had ended before the last seek
    await viewer.toEnd();
    await viewer.rest(between(random, 0, 2));
    await viewer.close();
  },
  paused: async (viewer, random) => { await viewer.until(0, { pause: true }); await viewer.rest(between(random, 0, 3)); await viewer.close(); },
  behind: async (viewer, random) => { await viewer.hide(); await viewer.rest(between(random, 0, 2)); await viewer.close(); },
};

async function playOnce(seed) {
  const random = randomOf(`play ${seed}`);
  const skewMs = random() < 0.3 ? between(random, -2, 2) * 24 * 3600 * 1000 : 0;
  const shuffled = random() < 0.1;
  const viewer = await openViewer(phone.browser, site, { skewMs, line: { loss, shuffled, random: randomOf(`line ${seed}`) } });
  Object.assign(viewer, { seed, did: [] });
  try {
    await viewer.open(between(random, 1.1, 2));
    viewer.length = (await viewer.look()).duration;
    await viewer.play();
    for (let left = 2 + Math.floor(random() * 5); left > 0; --left) {
      await viewer.watch(between(random, 0.3, 3));
      if ((await viewer.look()).ended) break;
      const name = drawn(random, often);
      viewer.did.push(name);
      await acts[name](viewer, random);
    }
    const name = oneOf(random, Object.keys(endings));
    viewer.did.push(name);
    await endings[name](viewer, random);
    await viewer.settle();
  } catch (error) {
    viewer.failed = `${error}`.split('\n')[0];
  }
  await viewer.end();
  return viewer;
}

before(async () => {
  [site, phone] = await Promise.all([openSite({ fps: 10, options: behindProxy }), openPhone()]);
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
  await sideBySide(atOnce, seeds, async (seed) => { all.push(await playOnce(seed)); });
});

after(async () => {
  await phone?.browser.close();
  await site?.close();
});

test('the seconds that are told are those that were shown or heard', async (t) => {
  const status = await site.statusOf();
  const errors = all.map((viewer) => Math.abs(status.get(viewer.id).watched_s - viewer.truth()));
  const off = all.filter((_, index) => errors[index] > within).map((viewer) => {
    const { watched_s, reason } = status.get(viewer.id);
    return `seed ${viewer.seed}: ${watched_s} s for ${viewer.truth().toFixed(1)} s (${reason}); ${viewer.did.join()}; ${viewer.line.lost} of ${viewer.line.reports} lost`;
  });
  const lost = all.reduce((sum, { line }) => sum + line.lost, 0);
  const reports = all.reduce((sum, { line }) => sum + line.reports, 0);
  const sorted = [...errors].sort((a, b) => a - b);
  t.diagnostic(`${count} plays from seed ${firstSeed}; ${lost} of ${reports} reports lost`);
  t.diagnostic(`${(100 * (1 - off.length / count)).toFixed(2)} % within ${within} s; half within ${sorted[count >> 1].toFixed(2)} s, 99 % within ${sorted[Math.floor(count * 0.99)].toFixed(2)} s, the worst ${sorted.at(-1).toFixed(2)} s`);
  for (const what of off) t.diagnostic(what);
  assert.deepEqual(all.filter((viewer) => viewer.failed).map(({ seed, failed, did }) => ({ seed, failed, did: did.join() })), []);
  assert.ok(off.length <= mayBeOff, off.join('\n'));
});

test('no person is called a machine', async () => {
  const status = await site.statusOf();
  const wrong = all.filter((viewer) => !/^(page_human|played|viewed|watched_..)$/.test(status.get(viewer.id).state));
  assert.deepEqual(wrong.map((viewer) => `seed ${viewer.seed}: ${status.get(viewer.id).state}: ${status.get(viewer.id).reason}`), []);
});

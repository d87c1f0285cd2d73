// The same on a person in front of a real webcam: full-range yuvj420p, 640x480, no sound. The clips are not part of this
// repository; where their folder is missing there is nothing to run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, openPhone, run, runJson, serve, stateOf, untilEnded, workFolder } from './program.mjs';

const clip = join(process.env.CANDID_MEDIA ?? '', 'webcam/thanks.mkv');
const missing = existsSync(clip) ? false : `${clip} is not on this machine`;

test('a webcam clip becomes a right video that plays', { skip: missing }, async (t) => {
  const work = workFolder();
  t.after(() => work.remove());
  const campaign = join(work.path, 'campaign');
  const data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'thanks']);
  const file = join(campaign, 'campaign.toml');
  // The clip has no script, so nothing to make captions of; it is short, so the card must be.
  const toml = readFileSync(file, 'utf8').replace(/take = .*/, `take = ${JSON.stringify(clip)}`)
    .replace(/\[\[layer\]\]\nkind = "captions"\n/, '').replace('start = "-3s"', 'start = "-0.5s"').replace('start = "0.6s"', 'start = "0.2s"').replace('end = "5.5s"', 'end = "-0.5s"');
  writeFileSync(file, toml);
  const server = await serve(data);
  t.after(() => server.stop());
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  assert.equal(result.messages.length, 2);

  const video = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', result.rendered[0].file]));
  const picture = video.streams.find((stream) => stream.codec_type === 'video');
  const sound = video.streams.find((stream) => stream.codec_type === 'audio');
  assert.deepEqual(
    [picture.codec_name, picture.profile, picture.pix_fmt, picture.color_range, picture.color_space, picture.width, picture.height],
    ['h264', 'High', 'yuv420p', 'tv', 'bt709', 640, 480]);
  assert.equal(sound.codec_name, 'aac', 'silence stands in where there was no sound');

  const { browser, context } = await openPhone();
  t.after(() => browser.close());
  const page = await context.newPage();
  await page.goto(result.messages[0].link);
  await page.waitForTimeout(1200);
  await page.locator('#play').tap();
  await untilEnded(page, 10);
  const seen = await eventually(() => stateOf(campaign, data, 'sample-1'), (s) => s.state === 'watched_95', 'watched');
  assert.ok(seen.watched_fraction >= 0.95);
});

// A browser that seeks over the joins of a spliced video shows what was recorded there, on both sides of each.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPhone, runJson, serve, workFolder } from './program.mjs';

const seconds = 6;
// The picture gets brighter by this much every half second, so that it tells the time.
const step = 15;
const brightness = (time) => 40 + step * Math.floor(time * 2 + 1e-6);

test('seeks over both joins show the right moment', async (t) => {
  const work = workFolder();
  t.after(() => work.remove());
  const campaign = join(work.path, 'campaign');
  const data = join(work.path, 'data');
  mkdirSync(campaign);
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i',
    `color=black:s=320x180:r=30:d=${seconds},format=yuv420p,geq=lum='40+${step}*floor(N/15)':cb=128:cr=128`,
    '-f', 'lavfi', '-i', `sine=440:d=${seconds}`, '-c:v', 'libx264', '-crf', '5', '-colorspace', 'bt709', '-color_range', 'tv',
    '-c:a', 'aac', join(campaign, 'take.mp4')]);
  writeFileSync(join(campaign, 'candidates.csv'), 'id,name\n1,Sample One\n2,Sample Two\n');
  writeFileSync(join(campaign, 'campaign.toml'), `name = "Seeking"
roster = "candidates.csv"
take = "take.mp4"
[[layer]]
kind = "text"
text = "{{name}}"
place = "top"
end = "1.5s"
[[layer]]
kind = "text"
text = "Bye, {{name}}"
place = "top"
start = "-1.5s"
`);
  const server = await serve(data);
  t.after(() => server.stop());
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  const ranges = JSON.parse(readFileSync(join(campaign, 'out/manifest.json'))).ranges;
  assert.deepEqual(ranges.map((range) => range.personal), [true, false, true]);

  const { browser, context } = await openPhone();
  t.after(() => browser.close());
  const page = await context.newPage();
  for (const message of result.messages) {
    await page.goto(message.link);
    await page.locator('#play').tap();
    await page.waitForFunction(() => document.querySelector('video').readyState >= 2);
    // Forwards and backwards over the joins at 1.5 s and 4.5 s, and to both ends.
    for (const time of [1.45, 1.55, 4.4, 4.6, 1.4, 5.9, 0.1, 4.55, 1.6, 3.1]) {
      const seen = await page.evaluate(async ({ to, frame }) => {
        const video = document.querySelector('video');
        video.pause();
        // The event `seeked` may come before the picture is on the screen; the frame's own time tells which one is.
        await new Promise((resolve, reject) => {
          let shown = 'none';
          const late = setTimeout(() => reject(new Error(`no frame of ${to} s came; the last was ${shown}`)), 20000);
          const presented = (now, { mediaTime }) => {
            shown = mediaTime;
            if (Math.abs(to - frame / 2 - mediaTime) > frame) return video.requestVideoFrameCallback(presented);
            clearTimeout(late);
            resolve();
          };
          video.requestVideoFrameCallback(presented);
          video.currentTime = to;
        });
        const canvas = document.createElement('canvas');
        canvas.width = 64;
        canvas.height = 36;
        const pen = canvas.getContext('2d');
        pen.drawImage(video, 0, video.videoHeight * 0.7, video.videoWidth, video.videoHeight * 0.3, 0, 0, 64, 36);
        const pixels = pen.getImageData(0, 0, 64, 36).data;
        let sum = 0;
        for (let i = 0; i < pixels.length; i += 4) sum += pixels[i + 1];
        return { luma: sum / (pixels.length / 4), error: video.error?.message, duration: video.duration };
      }, { to: time, frame: 1 / 30 });
      assert.equal(seen.error, undefined);
      assert.ok(Math.abs(seen.duration - seconds) < 0.05, `duration ${seen.duration}`);
      // Limited range to the screen's full range.
      const wanted = (brightness(time) - 16) * 255 / 219;
      assert.ok(Math.abs(seen.luma - wanted) < step / 2, `at ${time} s: ${seen.luma} instead of ${wanted}`);
    }
  }
});

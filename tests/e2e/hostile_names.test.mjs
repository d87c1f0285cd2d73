// Names are data: whatever they look like, they come out as they were written.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSmall, openPhone, run, runJson, serve, workFolder } from './program.mjs';

const names = [`x',drawtext=textfile=/etc/passwd`, '%{localtime}', '100%', '<script>alert(1)</script>', '../../x', '=1+1',
  '"><img src=x onerror=alert(1)>', '{{email}}', '&lt;b&gt;', '</title><script>alert(2)</script>'];

test('names that look like commands are names', async (t) => {
  const work = workFolder();
  t.after(() => work.remove());
  const campaign = join(work.path, 'campaign');
  const data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'thanks']);
  makeSmall(campaign);
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  writeFileSync(join(campaign, 'candidates.csv'),
    'id,name,first_name,role,email\n' + names.map((name, i) => `n${i},${cell(name)},${cell(name)},Engineer,n${i}@example.com`).join('\n'));
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180', '--max', '6s']);
  const server = await serve(data);
  t.after(() => server.stop());
  const result = await runJson(['run', campaign, '--server', server.url], { data });
  assert.equal(result.messages.length, names.length);

  const { browser, context } = await openPhone();
  t.after(() => browser.close());
  const page = await context.newPage();
  const dialogs = [];
  page.on('dialog', (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  for (const [i, message] of result.messages.entries()) {
    await page.goto(message.link);
    assert.equal(await page.locator('h1').textContent(), `Thank you, ${names[i]}`);
    assert.equal(await page.title(), `Thank you, ${names[i]}`);
    assert.equal(await page.locator('img:not(.logo)').count(), 0);
  }
  await page.goto(`file://${join(campaign, 'out/proof/index.html')}`);
  assert.deepEqual(await page.locator('article h2').allTextContents(), names);
  assert.deepEqual(dialogs, []);
  const links = readFileSync(join(campaign, 'out/links.csv'), 'utf8');
  assert.ok(links.includes(`"'=1+1"`), 'a spreadsheet shows the name and runs nothing');
});

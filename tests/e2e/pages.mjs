// Pages with whatever words a test wants, around one real video with captions: made by the real program, registered by
// its API.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSmall, run, runJson, serve, workFolder } from './program.mjs';

export const captionLines = ['Hello from the sample take', 'This is the second line', 'And this is the last one'];
const vtt = `WEBVTT

00:00.500 --> 00:03.000
${captionLines[0]}

00:03.500 --> 00:06.000
${captionLines[1]}

00:06.500 --> 00:09.000
${captionLines[2]}
`;

// A server with one video of ten seconds, or of another length. `publish(changes, page)` gives the link of a new message
// of it.
export async function openSite({ seconds = 10, fps = 30, options = [] } = {}) {
  const work = workFolder();
  const campaign = join(work.path, 'campaign');
  const data = join(work.path, 'data');
  await run(['new', campaign, '--kit', 'thanks']);
  makeSmall(campaign);
  writeFileSync(join(campaign, 'captions.vtt'), vtt);
  const toml = join(campaign, 'campaign.toml');
  writeFileSync(toml, readFileSync(toml, 'utf8').replace('kind = "captions"', 'kind = "captions"\nfile = "captions.vtt"\nshow = "track"'));
  await run(['record', campaign, '--camera', 'test:', '--size', '320x180', '--fps', `${fps}`, '--max', `${seconds}s`]);
  const server = await serve(data, ['--public-url', 'https://talk.example.com', ...options]);
  await runJson(['run', campaign, '--server', server.url], { data });
  const { token } = await runJson(['token', 'add', 'e2e', '--scope', 'admin'], { data });

  const call = async (name, body) => {
    const answer = await fetch(`${server.url}/api/ledger/${name}`, {
      method: 'POST', body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomBytes(16).toString('hex') },
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { campaigns } = await call('campaigns', {});
  const { messages: [sample] } = await call('messages', { campaign: campaigns[0].id });
  const linkTo = async (message, terms = {}) => {
    await call('upsert_messages', { messages: [message] });
    const secret = randomBytes(20).toString('base64url');
    const digest = createHash('sha256').update(secret).digest('hex');
    await call('put_link', {
      digest, message: message.message_id, purpose: 'candidate',
      terms: { expires_at: null, view_limit: null, passcode_hash: '', may_download: false, ...terms },
    });
    return `${server.url}/v/${secret}`;
  };
  let made = 0;
  // Without the logo, which has a test of its own: the company stands in its place.
  const publish = async (page = {}, changes = {}, terms = {}) => {
    const message = { ...sample, ...changes, message_id: `e2e-${made++}`, page: { ...sample.page, logo: undefined, ...page } };
    return { link: await linkTo(message, terms), id: message.message_id };
  };
  // Captions of their own, as a part of the store.
  const storeCaptions = async (text) => {
    const bytes = Buffer.from(text);
    const sha = createHash('sha256').update(bytes);
    const hex = sha.copy().digest('hex');
    const digest = `sha-256=:${sha.digest('base64')}:`;
    const answer = await fetch(`${server.url}/api/store/parts/${hex.slice(0, 2)}/${hex}`, {
      method: 'PUT', body: bytes,
      headers: { authorization: `Bearer ${token}`, 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
        'content-digest': digest, 'repr-digest': digest },
    });
    if (answer.status !== 201) throw new Error(`captions: ${answer.status} ${await answer.text()}`);
    return `part:${hex}.vtt`;
  };
  // By message: what `candid status` says.
  const statusOf = async () => {
    const status = await runJson(['status', campaign], { data });
    return new Map(status.campaigns[0].messages.map((message) => [message.message, message]));
  };
  const eventsOf = async (message) => (await call('history', { message })).histories.flatMap((history) => history.events);
  // Once, and before the files are gone; what the server holds in memory is in its files then.
  let stopped;
  const stop = () => (stopped ??= server.stop());
  const close = async () => {
    await stop();
    work.remove();
  };
  return { url: server.url, data, campaign, sample, publish, statusOf, storeCaptions, eventsOf, call, stop, close };
}

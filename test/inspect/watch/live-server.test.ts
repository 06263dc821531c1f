import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveServer } from '../../../src/inspect/watch/live-server.js';
import { listen } from './listen.js';

let server: LiveServer;
beforeAll(async () => {
  server = await LiveServer.listen({ port: 0, page: () => '<p>the page', first: () => ['report', 'first'] });
});
afterAll(() => server.close());

describe('the server of a page', () => {
  it('is reached from this machine only', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('serves the page, which may ask no other server for anything', async () => {
    const response = await fetch(server.url);
    expect(await response.text()).toBe('<p>the page');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('has nothing else', async () => {
    expect((await fetch(`${server.url}etc/passwd`)).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
  });

  it('does not answer to other names, which a page from elsewhere may have resolved to it', async () => {
    const asked = request(server.url, { headers: { host: 'evil.example' } }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(403);
    response.resume();
  });

  it('tells all that listen what happens, after what was so before', async () => {
    const [one, other] = [await listen(server.url), await listen(server.url)];
    for (const events of [one, other]) expect(await events.next()).toEqual(['report', 'first']);
    server.send('report', 'second');
    for (const events of [one, other]) expect(await events.next()).toEqual(['report', 'second']);
    one.close();
    other.close();
  });

  it('ends what they listen to when it closes, once they have all', async () => {
    const closing = await LiveServer.listen({ port: 0, page: () => '', first: () => ['report', ''] });
    const events = await listen(closing.url);
    closing.send('gone', 'x'.repeat(100_000));
    await closing.close();
    expect(await events.next()).toEqual(['report', '']);
    expect((await events.next())?.[1]).toHaveLength(100_000);
    expect(await events.next()).toBeUndefined();
  });

  it('says in one line that its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    const taken = LiveServer.listen({ port, page: () => '', first: () => ['', ''] });
    await expect(taken).rejects.toThrow(new RegExp(`^listening on port ${port}: .*--port`));
  });
});

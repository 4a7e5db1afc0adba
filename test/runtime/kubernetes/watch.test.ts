/** One object watched over streams of a real server that end, fail and begin again. */
import type { ServerResponse } from 'node:http';
import { type Bounds, type Watched, watchObject } from '../../../runtime/kubernetes/watch';
import { cleanUp, eventually } from '../../support/processes';
import { closeServers, secureServer } from '../support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

const WATCHED = { collection: '/apis/x/namespaces/ns/things', name: 'thing-1' };

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

/** Watches until as many streams as there are answers have been; the next one is never answered. */
async function told(...answers: readonly ((response: ServerResponse) => void)[]) {
  const controller = new AbortController();
  const said: unknown[] = [];
  const urls: string[] = [];
  const { api } = await secureServer((request, response) => {
    const answer = answers[urls.length];
    urls.push(request.url ?? '');
    answer?.(response);
  });
  const listener = { onObject: (object: unknown) => said.push(object), onGap: () => said.push('gap') };
  const watch = watchObject(api, WATCHED, listener, controller.signal);
  await eventually(() => urls.length > answers.length, 'the next watch');
  controller.abort();
  await watch;
  return { said, urls };
}

const stream = (text: string) => (response: ServerResponse) => response.writeHead(200).end(text);
const refused = (status: number) => (response: ServerResponse) => response.writeHead(status).end('{}');

it('asks for one object only, for a time', async () => {
  const { urls } = await told();

  expect(urls).toEqual([
    expect.stringMatching(
      /^\/apis\/x\/namespaces\/ns\/things\?watch=1&fieldSelector=metadata\.name%3Dthing-1&timeoutSeconds=600&allowWatchBookmarks=true$/,
    ),
  ]);
});

it('tells what changes, after a gap, and of a deletion as of another', async () => {
  const { said } = await told(
    stream(
      line('ADDED', { a: 1 }) + line('MODIFIED', { a: 2 }) + line('DELETED', { a: 2 }) + line('ADDED', 3),
    ),
  );

  expect(said).toEqual(['gap', { a: 1 }, { a: 2 }, 'gap', 3]);
});

it('watches again when a stream ends, and says that something may have been missed', async () => {
  const { said, urls } = await told(stream(line('ADDED', 1)), stream(line('ADDED', 2)));

  expect(said).toEqual(['gap', 1, 'gap', 2]);
  expect(urls).toHaveLength(3);
});

it.each([403, 410, 429, 500])(
  'watches again after the status %i, and knows of no gap before',
  async (status) => {
    const { said } = await told(refused(status), stream(line('ADDED', 1)));

    expect(said).toEqual(['gap', 1]);
  },
);

it('watches again after a connection that was cut before its head', async () => {
  const { said } = await told((response) => response.socket?.destroy(), stream(line('ADDED', 1)));

  expect(said).toEqual(['gap', 1]);
});

it('makes nothing of bookmarks and errors', async () => {
  const expired = { kind: 'Status', code: 410 };
  const { said } = await told(
    stream(line('BOOKMARK', {}) + line('ERROR', expired)),
    stream(line('ADDED', 1)),
  );

  expect(said).toEqual(['gap', 'gap', 1]);
});

it.each(['{"type":"ADD', '{"type":"OTHER","object":{}}\n', 'x\n'])('watches again after %j', async (text) => {
  const { said } = await told(stream(line('ADDED', 1) + text), stream(line('ADDED', 2)));

  expect(said).toEqual(['gap', 1, 'gap', 2]);
});

describe('a connection that died without a word', () => {
  const NEVER = { life: 600_000, margin: 10_000, betweenBookmarks: 90_000, look: 5 };
  const begun = (response: ServerResponse, text: string) => response.writeHead(200).write(text);

  /** Watches the second time, on another connection, what has become of the object meanwhile. */
  async function noticed(first: string, bounds: Partial<Bounds>, watched: Partial<Watched> = {}) {
    const controller = new AbortController();
    const said: unknown[] = [];
    const ports: (number | undefined)[] = [];
    const { api } = await secureServer(({ socket }, response) => {
      ports.push(socket.remotePort);
      begun(response, ports.length === 1 ? first : line('ADDED', 'later'));
    });
    const watch = watchObject(
      api,
      { ...WATCHED, ...watched },
      {
        onObject: (object) => said.push(object),
        onGap: () => said.push('gap'),
        onEnd: (reason) => said.push(reason),
      },
      controller.signal,
      { ...NEVER, ...bounds },
    );
    await eventually(() => said.includes('later'), 'another watch');
    controller.abort();
    await watch;
    expect(new Set(ports).size).toBe(ports.length);
    return said.slice(0, 5);
  }

  it('is noticed when no bookmark comes any more', async () => {
    const said = await noticed(line('ADDED', 1) + line('BOOKMARK', {}), { betweenBookmarks: 50 });

    expect(said).toEqual(['gap', 1, 'silent', 'gap', 'later']);
  });

  it('is noticed when its time is over and the API server does not end it', async () => {
    const said = await noticed(line('ADDED', 1), { life: 1000, margin: -950 });

    expect(said).toEqual(['gap', 1, 'silent', 'gap', 'later']);
  });

  it('is noticed when the object should have changed', async () => {
    const said = await noticed(line('ADDED', 1), {}, { longestRest: () => 50 });

    expect(said).toEqual(['gap', 1, 'silent', 'gap', 'later']);
  });

  it('is noticed also when it is known later only that the object should change', async () => {
    let asked = 0;
    const said = await noticed(
      line('ADDED', 1),
      {},
      { longestRest: () => ((asked += 1) > 3 ? 50 : Infinity) },
    );

    expect(said).toEqual(['gap', 1, 'silent', 'gap', 'later']);
  });

  it('is taken to be that of all watches on which nothing came since', async () => {
    const controller = new AbortController();
    const ends: string[] = [];
    const { api } = await secureServer((_, response) => void begun(response, line('ADDED', 1)));
    const watch = (name: string, longestRest?: () => number) =>
      watchObject(
        api,
        { ...WATCHED, name, ...(longestRest && { longestRest }) },
        {
          onObject: () => undefined,
          onGap: () => undefined,
          onEnd: (reason) => ends.push(`${name} ${reason}`),
        },
        controller.signal,
        NEVER,
      );
    const quiet = watch('quiet');
    await eventually(() => api.watches.count('things') === 1, 'the first watch');
    let isDue = false;
    const due = watch('due', () => (isDue ? 1 : Infinity));
    await eventually(() => api.watches.count('things') === 2, 'the second watch');
    isDue = true;
    await eventually(() => ends.length >= 2, 'the end of both');
    controller.abort();
    await Promise.all([quiet, due]);

    expect(ends.slice(0, 2).sort()).toEqual(['due silent', 'quiet silent']);
    expect(api.watches.count('things')).toBe(0);
  });
});

it('begins nothing when it is over already', async () => {
  const { api } = await secureServer(() => {
    throw new Error('nobody is asked');
  });
  const nothing = { onObject: () => undefined, onGap: () => undefined };

  await expect(watchObject(api, WATCHED, nothing, AbortSignal.abort())).resolves.toBeUndefined();
});

/** What an elector asks itself, over real connections: its application, and the watch of the Lease. */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanUp } from '../support/processes';
import { ENDED, OURS, THEIRS } from './election/candidate';
import { closeServers, listening } from './support/local-server';
import { ObjectStore } from './support/object-store';
import { beginTime, endTime, pass, PlayedElector, soon } from './support/played-elector';

beforeEach(beginTime);
afterEach(endTime);
afterAll(() => {
  closeServers();
  cleanUp();
});

describe('an application that is asked over HTTP', () => {
  /** It answers with this status. */
  async function application(status: number) {
    const asked = { times: 0, status };
    const server = createServer((_, response) => {
      asked.times += 1;
      response.writeHead(asked.status).end();
    });
    return { asked, url: new URL(`http://127.0.0.1:${await listening(server)}/`) };
  }

  const phaseOf = ({ elector }: PlayedElector) => elector.state.lead?.phase;

  it('is asked again and again from when it runs, until it answers once', async () => {
    const { asked, url } = await application(503);
    const member = await PlayedElector.starting({ appCheck: url });
    await soon(() => asked.times > 2, 'questions');
    expect(phaseOf(member)).toBe('starting');
    asked.status = 200;
    await soon(() => phaseOf(member) === 'serving', 'its answer');
    const { times } = asked;
    await sleep(150);

    expect(asked.times).toBe(times);
  });

  it('is not asked any more when its lead is over', async () => {
    const { asked, url } = await application(503);
    const member = await PlayedElector.starting({ appCheck: url });
    await soon(() => asked.times > 0, 'a question');
    member.elector.leave();
    const { times } = asked;
    await sleep(150);

    expect(asked.times - times).toBeLessThanOrEqual(1);
  });

  it('is not asked any more when it has stopped before it answered', async () => {
    const { asked, url } = await application(503);
    const member = await PlayedElector.starting({ appCheck: url });
    await soon(() => asked.times > 0, 'a question');
    member.gate.onWord(ENDED);
    const { times } = asked;
    await sleep(150);

    expect(phaseOf(member)).toBeUndefined();
    expect(asked.times - times).toBeLessThanOrEqual(1);
  });

  it('is not asked for a lead that has come after its own', async () => {
    const { asked, url } = await application(503);
    const member = await PlayedElector.starting({ appCheck: url });
    await soon(() => asked.times > 0, 'a question');
    member.gate.onWord({ word: 'waiting', id: '501' });
    member.gate.onWord({ word: 'waiting', id: '501' });
    await member.lease.answer('claim', { ...OURS, version: 104 });
    const { times } = asked;
    await sleep(150);

    expect(phaseOf(member)).toBe('starting');
    expect(asked.times - times).toBeLessThanOrEqual(1);
  });

  it('is alive while it answers, once it has', async () => {
    const { asked, url } = await application(200);
    const member = await PlayedElector.starting({ appCheck: url });
    await soon(() => phaseOf(member) === 'serving', 'its answer');
    expect(await member.elector.health.isAlive()).toBe(true);
    asked.status = 500;

    expect(await member.elector.health.isAlive()).toBe(false);
  });
});

describe('the watch of the Lease', () => {
  const PATH = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/lease-app';
  const leaseOf = (holderIdentity: string) => ({
    metadata: { name: 'lease-app' },
    spec: { holderIdentity, leaseDurationSeconds: 100 },
  });

  async function watching(holder: string) {
    const store = await ObjectStore.start();
    store.put(PATH, leaseOf(holder));
    const member = PlayedElector.begun({ api: store.api });
    const versionSeen = () => member.elector.state.seen?.record?.version;
    await soon(() => versionSeen() === 101, 'the Lease as it is');
    await member.lease.answer('read', undefined);
    const watches = () => store.api.watches.count('leases');
    return { store, member, versionSeen, watches };
  }

  it('tells of each change', async () => {
    const { store, versionSeen } = await watching('app-1_uid');
    store.put(PATH, leaseOf('app-2_uid'));
    await soon(() => versionSeen() === 102, 'the change');

    expect(versionSeen()).toBe(102);
  });

  it('has the Lease read when it may have missed one', async () => {
    const { store, member } = await watching('app-1_uid');
    await member.lease.answer('ensure', 'failed');
    await pass(1000);
    await member.lease.answer('read', THEIRS);
    member.forget();
    store.delete(PATH);
    await soon(() => member.log.length > 0, 'a request');

    expect(member.done).toMatchObject([['read', 2500]]);
  });

  it('is begun anew when two renewals of a holder and a second are over without a word', async () => {
    const { store, watches, versionSeen } = await watching('');
    store.put(PATH, leaseOf('app-1_uid'));
    await soon(() => versionSeen() === 102, 'the holder');
    await pass(5999);
    expect(watches()).toBe(1);
    await pass(1);

    expect(watches()).toBe(0);
  });

  it('is left alone when nobody holds it, and nothing should change', async () => {
    const { watches } = await watching('');
    await pass(60_000);

    expect(watches()).toBe(1);
  });
});

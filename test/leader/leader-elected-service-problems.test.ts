/** What a `LeaderElectedService` refuses, and how it says so. */
import { Chart, Duration } from 'cdk8s';
import {
  ApiOutage,
  App,
  AppCheck,
  Budget,
  ElectionTiming,
  type EmbeddedElectionProps,
  type IpFamily,
  LeaderElectedService,
  Probe,
  type RuntimeElectionProps,
  Standby,
  fromField,
  fromSecret,
} from '../../lib';
import { COLD, EMBEDDED, HOT, HTTP, group } from '../support/leader-groups';
import { expectProblem, expectProblemAlone, refusalOf } from '../support/problems';
import { chart, rendered } from '../support/workloads';

const KEY = fromSecret('app-peers', 'key');
const OTHER = { name: 'other', port: 9999 };

function cold(props: Partial<RuntimeElectionProps>): () => LeaderElectedService {
  return () => new LeaderElectedService(chart(), 'group', { ...COLD, ...props });
}

function hot(props: Partial<RuntimeElectionProps>): () => LeaderElectedService {
  return () => new LeaderElectedService(chart(), 'group', { ...HOT, ...props });
}

function embedded(props: Partial<EmbeddedElectionProps>): () => LeaderElectedService {
  return () => new LeaderElectedService(chart(), 'group', { ...EMBEDDED, ...props });
}

function leaderService(props: Partial<RuntimeElectionProps['leaderService']>) {
  return { leaderService: { ...COLD.leaderService, ...props } };
}

type Case = [string, Partial<RuntimeElectionProps>, string, RegExp];

describe('a group refuses', () => {
  it.each<Case>([
    ['a single member', { replicas: 1 }, 'replicas', /whole number of at least 2/],
    ['half a member', { replicas: 2.5 }, 'replicas', /whole number of at least 2/],
    ['a name too long for the hash', { name: 'a'.repeat(53) }, 'name', /1 to 52/],
    ['an image without a tag', { image: 'registry.example/app' }, 'image', /names a tag or a digest/],
    ['a runtime without a tag', { runtimeImage: 'runtime' }, 'runtimeImage', /names a tag or a digest/],
    ['a runtime that moves', { runtimeImage: 'runtime:latest' }, 'runtimeImage', /'latest' moves/],
    ['a lease with capitals', { names: { lease: 'The-Lease' } }, 'names.lease', /DNS labels/],
    ['a slice with capitals', { names: { slice: 'The-Slice' } }, 'names.slice', /DNS labels/],
    [
      'a slice whose name leaves no room for another family',
      { names: { slice: 's'.repeat(249) }, ...leaderService({ ipFamilies: ['IPv4', 'IPv6'] }) },
      'names.slice',
      /at most 248 characters/,
    ],
    ['an account with capitals', { names: { serviceAccount: 'Acc' } }, 'names.serviceAccount', /DNS labels/],
    ['a role with capitals', { names: { role: 'Role' } }, 'names.role', /DNS labels/],
    ['a binding with capitals', { names: { roleBinding: 'Binding' } }, 'names.roleBinding', /DNS labels/],
    ['a role under no key', { role: { key: 'a b' } }, 'role.key', /key of a label/],
    ['a role under a key too long', { role: { key: 'k'.repeat(64) } }, 'role.key', /key of a label/],
    ['a leader that is no label', { role: { leader: 'The Master' } }, 'role.leader', /DNS label/],
    ['a standby that is no label', { role: { standby: '' } }, 'role.standby', /DNS label/],
    [
      'a standby called like the leader',
      { role: { standby: 'master' } },
      'role.standby',
      /leader and standby differ/,
    ],
    [
      'a selector on what the election changes',
      { selector: { app: 'app', role: 'backup' } },
      'selector',
      /changes the label 'role'/,
    ],
    [
      'a leader Service with dots',
      leaderService({ name: 'app.leader' }),
      'leaderService.name',
      /starts with a letter/,
    ],
    [
      'a leader Service called like the headless one',
      leaderService({ name: 'app' }),
      'leaderService.name',
      /headless Service of the members has this name/,
    ],
    [
      'a leader Service of no address family',
      leaderService({ ipFamilies: [] }),
      'leaderService.ipFamilies',
      /one address family, or both/,
    ],
    [
      'a leader Service of one address family twice',
      leaderService({ ipFamilies: ['IPv4', 'IPv4'] }),
      'leaderService.ipFamilies',
      /one address family, or both/,
    ],
    [
      'a leader Service without ports',
      leaderService({ ports: [] }),
      'leaderService.ports',
      /at least one port/,
    ],
    [
      'a leader Service to a port of nobody',
      leaderService({ ports: [{ name: 'http', port: 80, target: OTHER }] }),
      'leaderService.ports[0].target',
      /listens on http$/,
    ],
    [
      'a leader Service with a port twice',
      leaderService({ ports: ['a', 'b'].map((name) => ({ name, port: 80, target: HTTP })) }),
      'leaderService.ports',
      /share neither name nor number/,
    ],
    ['no time to stop', { stopTimeout: Duration.seconds(0) }, 'stopTimeout', /at least 1/],
    ['parts of seconds to stop', { stopTimeout: Duration.millis(1500) }, 'stopTimeout', /whole seconds/],
    [
      'a grace period shorter than the stop',
      { stopTimeout: Duration.seconds(30), terminationGracePeriod: Duration.seconds(20) },
      'terminationGracePeriod',
      /stops in up to 30 seconds, and the Lease is released after it/,
    ],
    [
      'a grace period a second too short for a long stop',
      { stopTimeout: Duration.hours(1), terminationGracePeriod: Duration.seconds(3601) },
      'terminationGracePeriod',
      /stops in up to 60 minutes/,
    ],
    [
      'a grace period that leaves no time for the lease',
      { terminationGracePeriod: Duration.seconds(11) },
      'terminationGracePeriod',
      /the Lease is released after it/,
    ],
    ['a budget that blocks', { budget: Budget.minAvailable(2) }, 'budget', /blocks every drain/],
    [
      'an elector on a port of the application',
      { electorPort: 8080 },
      'ports',
      /'elector' and 'app' share the pod's network/,
    ],
    [
      'an elector on a port of a sidecar',
      {
        electorPort: 9999,
        sidecars: [{ name: 'log', image: 'registry.example/log:1.0.0', ports: [OTHER] }],
      },
      'ports',
      /'elector' and 'log' share the pod's network/,
    ],
    ['an elector beyond all ports', { electorPort: 65536 }, 'electorPort', /from 1 to 65535/],
    [
      'a second elector',
      { sidecars: [{ name: 'elector', image: 'registry.example/log:1.0.0' }] },
      'sidecars.elector[1].name',
      /two containers of a pod do not share a name/,
    ],
    [
      'a second elector without a tag',
      { sidecars: [{ name: 'elector', image: 'log' }] },
      'sidecars.elector[1].image',
      /a tag or a digest/,
    ],
    [
      'an elector that requests more than its limit',
      { electorResources: { requests: { memory: '1Gi' }, limits: { memory: '1Mi' } } },
      'electorResources.requests.memory',
      /at most the limit/,
    ],
    [
      'a check of a port of nobody',
      { standby: Standby.cold({ check: AppCheck.tcp(OTHER) }) },
      'standby.check',
      /listens on 8080/,
    ],
    [
      'a check of a port by another name',
      { standby: Standby.cold({ check: AppCheck.tcp({ ...HTTP, name: 'web' }) }) },
      'standby.check',
      /listens on 8080/,
    ],
    [
      'no time to start',
      { standby: Standby.cold({ check: AppCheck.tcp(HTTP), startTimeout: Duration.seconds(0) }) },
      'standby.startTimeout',
      /a start takes time/,
    ],
    ['an application of unknown command', { command: [] }, 'command', /cannot know the image's entry point/],
    [
      'probes of an application that does not run',
      { probes: { liveness: Probe.tcp({ port: 8080 }) } },
      'probes',
      /asked through the elector/,
    ],
    [
      'processes of one container that another sees, and that outlive the gate',
      { shareProcessNamespace: true },
      'shareProcessNamespace',
      /first process of its container/,
    ],
    [
      'a hook that runs beside every gate, also one that waits',
      { lifecycle: { postStart: { exec: { command: ['/bin/join'] } } } },
      'lifecycle.postStart',
      /on every member/,
    ],
    ['a plain secret', { env: { APP_TOKEN: 'hunter2' } }, 'env.APP_TOKEN', /never a plain value/],
  ])('%s', (_, props, property, rule) => {
    expectProblem(cold(props), { property, rule });
  });

  it.each<[string, object, string, RegExp]>([
    [
      'to promote where anybody could',
      { onPromote: { port: HTTP.port, path: '/' } },
      'standby.onPromote.port',
      /anybody in the cluster could call the hook/,
    ],
    [
      'to demote where anybody could',
      { onDemote: { port: HTTP.port, path: '/', address: 'loopback' } },
      'standby.onDemote.port',
      /anybody in the cluster could call the hook/,
    ],
    [
      "to promote a port of nobody on the pod's address",
      { onPromote: { port: 9001, path: '/', address: 'pod' } },
      'standby.onPromote.port',
      /listens on 8080/,
    ],
    [
      'to demote a port that there is not',
      { onDemote: { port: 0, path: '/' } },
      'standby.onDemote.port',
      /65535/,
    ],
    [
      'to promote at no path',
      { onPromote: { port: 9001, path: 'lead' } },
      'standby.onPromote.path',
      /begins with '\/'/,
    ],
    [
      'to demote at no path',
      { onDemote: { port: 9001, path: '' } },
      'standby.onDemote.path',
      /begins with '\/'/,
    ],
    ['to check a port of nobody', { check: AppCheck.http(OTHER) }, 'standby.check', /listens on 8080/],
  ])('%s', (_, hooks, property, rule) => {
    const standby = Standby.hot({ check: AppCheck.tcp(HTTP), ...hooks });

    expectProblemAlone(hot({ standby }), { property, rule });
  });

  it.each<[string, Partial<RuntimeElectionProps>, string, RegExp]>([
    [
      'an outage that is shorter than a lease',
      { apiOutage: ApiOutage.askPeers({ key: KEY, atMost: Duration.seconds(9) }) },
      'apiOutage.atMost',
      /at least 10/,
    ],
    [
      'parts of seconds of an outage',
      { apiOutage: ApiOutage.askPeers({ key: KEY, atMost: Duration.millis(60_500) }) },
      'apiOutage.atMost',
      /whole seconds/,
    ],
    [
      'an outage that is longer than a day',
      { apiOutage: ApiOutage.askPeers({ key: KEY, atMost: Duration.hours(25) }) },
      'apiOutage.atMost',
      /at most 86400/,
    ],
    [
      'peers that sign with what is no secret',
      { apiOutage: ApiOutage.askPeers({ key: fromField('metadata.name') }) },
      'apiOutage.key',
      /a key that nobody else has/,
    ],
    [
      'promises that could come too late',
      {
        apiOutage: ApiOutage.askPeers({ key: KEY }),
        election: ElectionTiming.of({
          leaseDuration: Duration.seconds(10),
          renewDeadline: Duration.seconds(6),
          retryPeriod: Duration.millis(2500),
          killAfter: Duration.seconds(2),
        }),
      },
      'election.renewDeadline',
      /at least 2.5 times retryPeriod/,
    ],
  ])('%s', (_, props, property, rule) => {
    expectProblemAlone(cold(props), { property, rule });
  });

  it.each([
    ['no lease at all', Duration.seconds(0), /at least 1/],
    ['parts of seconds of a lease', Duration.millis(10_500), /whole seconds/],
  ])('%s of an image that elects by itself', (_, leaseDuration, rule) => {
    expectProblemAlone(embedded({ leaseDuration }), { property: 'leaseDuration', rule });
  });

  it('a single member of an image that elects by itself', () => {
    expectProblem(embedded({ replicas: 1 }), { property: 'replicas', rule: /at least 2/ });
  });

  it('a check of a path that does not begin at the root', () => {
    const { subject } = refusalOf(() => AppCheck.http(HTTP, 'health'));

    expect(subject).toBe('AppCheck.http');
    expectProblemAlone(() => AppCheck.http(HTTP, 'health'), { property: 'path', rule: /begins with '\/'/ });
  });

  it.each([[[]], [['']]])('a check without a program: %j', (command) => {
    expect(refusalOf(() => AppCheck.exec(command)).subject).toBe('AppCheck.exec');
    expectProblemAlone(() => AppCheck.exec(command), { property: 'command', rule: /a program/ });
  });

  it('a chart without a namespace', () => {
    expectProblem(() => new LeaderElectedService(new Chart(new App(), 'system'), 'group', COLD), {
      property: 'namespace',
      rule: /permissions and DNS names/,
    });
  });
});

describe('what a group refuses', () => {
  const broken = { name: 'log', image: 'log' };

  it.each<[number, readonly IpFamily[]]>([
    [253, ['IPv6']],
    [248, ['IPv6', 'IPv4']],
  ])('is no name of a slice that fits: %d characters, with %j', (length, ipFamilies) => {
    const props = { names: { slice: 's'.repeat(length) }, ...leaderService({ ipFamilies }) };
    const names = group(props)
      .container('elector')
      .args?.flatMap((arg) => /^--slice=(.*)\/IPv\d$/.exec(arg)?.[1] ?? []);

    expect(names).toHaveLength(ipFamilies.length);
    expect(Math.max(...(names ?? []).map((name) => name.length))).toBe(253);
  });

  it('is in one error, with the path of the group and the props as they were written', () => {
    const error = refusalOf(
      cold({
        name: 'App',
        replicas: 1,
        image: 'app',
        runtimeImage: 'runtime',
        electorPort: 0,
        sidecars: [broken],
        podLabels: { tier: 'a b' },
        env: { APP_TOKEN: 'hunter2' },
      }),
    );

    expect(error.subject).toBe('system/group');
    expect(error.problems.map(({ property }) => property)).toEqual([
      'replicas',
      'runtimeImage',
      'electorPort',
      'name',
      'serviceName',
      'podLabels.tier',
      'image',
      'env.APP_TOKEN',
      'sidecars.log.image',
    ]);
  });

  it('names containers, whatever the election puts before them', () => {
    expectProblemAlone(cold({ sidecars: [broken] }), { property: 'sidecars.log.image', rule: /tag/ });
    expectProblemAlone(embedded({ initContainers: [broken] }), {
      property: 'initContainers.log.image',
      rule: /tag/,
    });
  });

  it.each([
    [
      'cold',
      cold({ initContainers: [{ ...broken, name: 'ensure-lease' }] }),
      'initContainers.ensure-lease.image',
    ],
    ['embedded', embedded({ sidecars: [{ ...broken, name: 'elector' }] }), 'sidecars.elector.image'],
  ])(
    'names containers of the user that are called as those of another kind of election: %s',
    (_, build, property) => {
      expectProblemAlone(build, { property, rule: /tag/ });
    },
  );

  it('tells a wrong application once, not again at the selector that follows from it', () => {
    expectProblemAlone(cold({ application: 'My App!' }), {
      property: 'application',
      rule: /value of a label/,
    });
  });

  it('is told of a number of members that no list can have', () => {
    expectProblem(cold({ replicas: Infinity }), { property: 'replicas', rule: /whole number of at least 2/ });
  });

  it('does not blame names that follow from a wrong one', () => {
    const properties = refusalOf(cold({ name: 'App' })).problems.map(({ property }) => property);

    expect(properties).not.toContain('names.lease');
    expect(properties).toContain('name');
  });
});

it('fails at synthesis where the leader Service selects nothing of the app', () => {
  expect(() =>
    rendered((scope) => {
      const group = new LeaderElectedService(scope, 'group', EMBEDDED);
      group.members.node.tryRemoveChild('stateful-set');
    }),
  ).toThrow(/\[system\/group\/leader-service\] Service ns\/app-leader selects no pod of this app/);
});

/** Tests of a Service's ports: each leads to a port that the application listens on. */
import type { ServicePort } from '../../lib';
import { samePorts, servicePortsProblems } from '../../lib/workload/service';
import { expectProblemAlone } from '../support/problems';
import { renderedWith, storeWith } from '../support/stores';

const sql = { name: 'sql', port: 5432 };
const dns = { name: 'dns', port: 53, protocol: 'UDP' as const };
const RULE = /share neither name nor number/;

function build(ports: readonly ServicePort[]): () => unknown {
  return () => storeWith({ ports: [sql, dns], clientService: { name: 'clients', ports } });
}

describe("a Service's ports", () => {
  it('lead to the numbers of their targets, with their protocols', () => {
    const rendering = renderedWith({
      ports: [sql, dns],
      clientService: { name: 'clients', ports: [{ name: 'db', port: 80, target: sql }] },
    });

    expect(rendering.one('Service', 'clients').spec).toMatchObject({
      ports: [{ name: 'db', port: 80, targetPort: 5432, protocol: 'TCP' }],
    });
    expect(rendering.one('Service', 'db').spec).toMatchObject({
      ports: [
        { name: 'sql', port: 5432, targetPort: 5432, protocol: 'TCP' },
        { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
      ],
    });
  });

  it('are those of the container, unless others are given', () => {
    expect(samePorts([sql, dns])).toEqual([
      { name: 'sql', port: 5432, target: sql },
      { name: 'dns', port: 53, target: dns },
    ]);
    expect(servicePortsProblems(samePorts([sql, dns]), [sql, dns])).toEqual([]);
  });

  it('may share a number over different protocols', () => {
    const ports = [
      { name: 'a', port: 53, target: sql },
      { name: 'b', port: 53, target: dns },
    ];

    expect(build(ports)).not.toThrow();
  });

  it.each<[string, ServicePort[], string, unknown, RegExp]>([
    ['none', [], '', [], /at least one port/],
    ['a name of digits', [{ name: '80', port: 80, target: sql }], '[0].name', '80', /one of them a letter/],
    ['a number that is none', [{ name: 'a', port: 0, target: sql }], '[0].port', 0, /1 to 65535/],
    [
      'a target of another name',
      [{ name: 'a', port: 80, target: { ...sql, name: 'http' } }],
      '[0].target',
      'http',
      /the application listens on sql, dns/,
    ],
    [
      'a target of another number',
      [{ name: 'a', port: 80, target: { ...sql, port: 1 } }],
      '[0].target',
      'sql',
      /the application listens on sql, dns/,
    ],
    [
      'a name twice',
      [
        { name: 'a', port: 80, target: sql },
        { name: 'a', port: 81, target: sql },
      ],
      '',
      'a',
      RULE,
    ],
    [
      'a number twice',
      [
        { name: 'a', port: 80, target: sql },
        { name: 'b', port: 80, target: sql },
      ],
      '',
      '80/TCP',
      RULE,
    ],
  ])('may not be %s', (_, ports, place, value, rule) => {
    expectProblemAlone(build(ports), { property: `clientService.ports${place}`, value, rule });
  });

  it('say so when the application listens nowhere', () => {
    const [problem] = servicePortsProblems(samePorts([sql]), []);

    expect(problem?.rule).toBe('the application listens on no port');
  });
});

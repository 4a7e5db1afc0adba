/** The Service that leads to the master, without a runtime: as kube-proxy treats it. */
import { renderFile, renderSystem } from '../../bench/render';
import { apply, exec } from '../../cluster/kubectl';
import { SERVICE } from '../../cluster/memcache/members';
import { eventually } from '../../cluster/wait';
import { addMeta } from './support/memcache';
import { useNamespace } from './support/namespace';
import { addStore, members, storeReady } from './support/store';

/** Says the pod's name on both ports of a MetaService. */
const LISTEN = `
const { createServer } = require('node:net');
for (const port of [5123, 6123]) createServer((socket) => socket.end(process.env.HOSTNAME)).listen(port);
process.on('SIGTERM', () => process.exit(0));
`;

/** Prints what a connection says, or why there is none. A connection that nobody answers takes 3 s. */
const ASK = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port, timeout: 3000 });
socket.on('data', (data) => process.stdout.write(data));
socket.on('error', ({ code }) => process.stdout.write(code));
socket.on('timeout', () => { process.stdout.write('TIMEOUT'); socket.destroy(); });
`;

describe('The Service of the master', () => {
  const namespace = useNamespace();
  const ask = (port: number) =>
    exec({ namespace, pod: 'store-0' }, 'node', '-e', ASK, `${SERVICE}.${namespace}`, String(port));

  const slice = (address: string) =>
    JSON.stringify({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${SERVICE}-leader`,
        namespace,
        labels: {
          'kubernetes.io/service-name': SERVICE,
          'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
        },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [
        { name: 'meta', port: 5123, protocol: 'TCP' },
        { name: 'config', port: 6123, protocol: 'TCP' },
      ],
    });

  beforeAll(async () => {
    const { objects } = renderFile(namespace, (chart) => {
      addMeta(chart);
    });
    const service = objects.find(({ manifest }) => manifest.metadata.name === SERVICE);
    await apply(
      renderSystem(namespace, (chart) => {
        addStore(chart, { command: ['node', '-e', LISTEN], probes: {}, podManagement: 'Parallel' });
      }),
    );
    await apply(JSON.stringify(service?.manifest));
    await storeReady(namespace);
  });

  it('refuses at once without an endpoint, and follows the one that is written', async () => {
    const [, second, third] = await members(namespace);

    expect(
      await eventually('connections are refused', {
        look: () => ask(18080),
        until: (said) => said === 'ECONNREFUSED',
      }),
    ).toBe('ECONNREFUSED');
    for (const pod of [second, third]) {
      await apply(slice(pod?.status.podIP ?? ''));
      for (const port of [18080, 18090]) {
        const said = await eventually(`port ${port} leads to ${pod?.metadata.name ?? ''}`, {
          look: () => ask(port),
          until: (answer) => answer === pod?.metadata.name,
        });
        expect(said).toBe(pod?.metadata.name);
      }
    }
  });
});

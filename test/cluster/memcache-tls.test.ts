/** MemCache's own program with TLS on every connection that its MetaService has. */
import { startReal } from '../../bench/memcache/topology';
import { deletePod } from '../../cluster/faults';
import { apply, exec, get } from '../../cluster/kubectl';
import { readAgain } from '../../cluster/memcache/client';
import { SERVICE, master, successorOf } from '../../cluster/memcache/members';
import { certificateSecret } from './support/certificate';
import { useNamespace } from './support/namespace';

const LIMIT_MS = 420_000;
const SECRET = 'memcache-tls';

/** Asks for the path as a scraper with a certificate does, and keeps the connection; or without one. */
const ASK = `
import http.client, ssl, sys
address, path, own = sys.argv[1:]
folder = '/etc/memcache/tls/metrics/'
context = ssl.create_default_context(cafile=folder + 'ca.crt')
context.check_hostname = False
if own == 'shown':
    context.load_cert_chain(folder + 'tls.crt', folder + 'tls.key')
try:
    asked = http.client.HTTPSConnection(address, 8000, context=context, timeout=20)
    asked.request('GET', path)
    answer = asked.getresponse()
    print(answer.status, answer.read().decode())
except ssl.SSLError as error:
    print(error.reason)
`;

describe('MemCache 1.3.0 with TLS', () => {
  const namespace = useNamespace();
  const secret = { secretName: SECRET };

  async function ask(path: string, own: 'shown' | 'not shown'): Promise<string> {
    const pod = await master(namespace);
    const { podIP = '' } = (await get('pod', pod, namespace)).status;
    return exec({ namespace, pod, container: 'meta-service' }, 'python3', '-c', ASK, podIP, path, own);
  }

  beforeAll(async () => {
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const dnsName = `${SERVICE}.${namespace}.svc`;
    await apply([JSON.stringify(home), certificateSecret(namespace, SECRET, dnsName)].join('\n---\n'));
    await startReal(namespace, '1.3.0', { tls: { meta: secret, configStore: secret, metrics: secret } });
  }, LIMIT_MS);

  it('answers health and metrics to those that show a certificate, and to nobody else', async () => {
    expect(await ask('/health', 'shown')).toMatch(/^200 .*"service_ready":true/);
    expect(await ask('/metrics', 'shown')).toMatch(/^200 # HELP memcache_/);
    expect(await ask('/health', 'not shown')).toContain('CERTIFICATE_REQUIRED');
  });

  it(
    'loses no key of a client when the master is deleted',
    async () => {
      const first = await master(namespace);
      await deletePod(namespace, first);
      await successorOf(namespace, first);

      const { acknowledged, lost } = await readAgain(namespace);

      expect(acknowledged).toBeGreaterThan(0);
      expect(lost).toEqual([]);
    },
    LIMIT_MS,
  );
});

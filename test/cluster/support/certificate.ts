/** A Secret as cert-manager makes it: certificate, key and authority, by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EXTENSIONS = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature,keyEncipherment',
  'extendedKeyUsage=serverAuth,clientAuth',
];

/** RSA, 3072 bits, for the DNS name; as a manifest. */
export function certificateSecret(namespace: string, name: string, dnsName: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-ha-'));
  try {
    makeCertificate(folder, dnsName);
    const data = Object.fromEntries(
      ['ca.crt', 'tls.crt', 'tls.key'].map((file) => [file, readFileSync(join(folder, file), 'base64')]),
    );
    const metadata = { name, namespace };
    return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata, data });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function makeCertificate(folder: string, dnsName: string): void {
  const openssl = (line: string) =>
    execFileSync('openssl', line.split(' '), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  writeFileSync(join(folder, 'extensions'), [...EXTENSIONS, `subjectAltName=DNS:${dnsName}`].join('\n'));
  openssl('req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority');
  openssl('req -newkey rsa:3072 -nodes -keyout tls.key -out tls.csr -subj /CN=memcache');
  openssl(
    'x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out tls.crt',
  );
}

/** A certificate authority for one run, whose only certificate is its own: for proxies on 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** `openssl req -x509` cannot begin in the past, where the clocks of some members are. */
const CONFIG = `
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = anything
x509_extensions = extensions
[anything]
commonName = supplied
[extensions]
basicConstraints = critical, CA:TRUE
subjectAltName = IP:127.0.0.1
[req]
distinguished_name = name
[name]
`;

/** Valid from a day before to a month after now. */
export function makeCertificate(folder: string): Certificate {
  writeFileSync(join(folder, 'openssl.cnf'), CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args, '-config', 'openssl.cnf'], { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-new', ...curve, '-subj', '/CN=faults', '-keyout', 'key.pem', '-out', 'request.pem');
  const validity = ['-startdate', daysFromNow(-1), '-enddate', daysFromNow(30)];
  const files = ['-keyfile', 'key.pem', '-in', 'request.pem', '-out', 'cert.pem'];
  openssl('ca', '-selfsign', '-batch', '-notext', ...validity, ...files);
  const read = (name: string) => readFileSync(join(folder, name));
  return { key: read('key.pem'), cert: read('cert.pem') };
}

function daysFromNow(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${time.replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

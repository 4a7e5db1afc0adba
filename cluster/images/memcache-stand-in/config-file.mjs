/** Reads a `key = value` file as MemCache does: refuses keys that it does not know and wrong values. */
import { readFileSync } from 'node:fs';

export const flag = (text) => ['true', 'false'].includes(text);
export const oneOf =
  (...words) =>
  (text) =>
    words.includes(text);
export const path = (text) => text.startsWith('/');
export const whole = (least, most) => (text) => /^\d+$/.test(text) && +text >= least && +text <= most;
export const size = (text) => /^\d+(KB|MB|GB|TB|B)?$/i.test(text);

/** `SCHEME://HOST:PORT`, with an IPv4 address or a name, as `{ host, port }`; undefined for anything else. */
export function addressOf(text, scheme) {
  const [, given, host, port] = /^(\w+):\/\/([a-z0-9.-]+):(\d+)$/.exec(text) ?? [];
  if (given !== scheme || +port < 1025 || +port > 65535) return undefined;
  return { host, port: +port };
}

export const url = (scheme) => (text) => addressOf(text, scheme) !== undefined;

/** The keys of one connection's TLS. */
export function tlsKeys(prefix) {
  const paths = [
    'ca.path',
    'ca.crl.path',
    'cert.path',
    'key.path',
    'key.pass.path',
    'package.path',
    'decrypter.path',
  ];
  return Object.fromEntries([[`${prefix}.enable`, flag], ...paths.map((key) => [`${prefix}.${key}`, path])]);
}

/**
 * The file's values by key.
 * @param keys what is right for each key
 * @param required keys that the program does not start without
 * @throws with all that is wrong
 */
export function readConfig(file, keys, required) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries = lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).map(entryOf);
  const config = Object.fromEntries(entries);
  const wrong = [
    ...entries.filter(([key]) => !(key in keys)).map(([key]) => `unknown key ${key}`),
    ...entries
      .filter(([key, value]) => keys[key]?.(value) === false)
      .map((entry) => `wrong ${entry.join(' = ')}`),
    ...required.filter((key) => !(key in config)).map((key) => `missing ${key}`),
  ];
  if (wrong.length > 0) throw new Error(`${file}: ${wrong.join('; ')}`);
  return config;
}

function entryOf(line) {
  const at = line.indexOf('=');
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

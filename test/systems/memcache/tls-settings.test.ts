/** The files of MemCache's TLS connections: where they are, what is refused, and their keys. */
import { tlsFilesFrom, type TlsFiles, tlsSetting } from '../../../lib/systems/memcache/tls-settings';

const ALL: Required<TlsFiles> = {
  caPath: '/tls/ca.crt',
  crlPath: '/tls/ca.crl',
  certPath: '/tls/tls.crt',
  keyPath: '/tls/tls.key',
  keyPassPath: '/tls/key.pass',
  packagePath: '/usr/lib64',
  decrypterPath: '/opt/libdecrypt.so',
};

const connection = tlsSetting('a.tls', 'required');
const hcom = tlsSetting('hcom.tls', 'absent');

describe('tlsFilesFrom', () => {
  it('names the keys of a kubernetes.io/tls Secret', () => {
    expect(tlsFilesFrom('/tls')).toEqual({
      caPath: '/tls/ca.crt',
      certPath: '/tls/tls.crt',
      keyPath: '/tls/tls.key',
    });
  });

  it('adds what the options say', () => {
    const options = {
      crl: true,
      keyPass: true,
      packagePath: '/usr/lib64',
      decrypterPath: '/opt/libdecrypt.so',
    };

    expect(tlsFilesFrom('/tls', options)).toEqual(ALL);
  });

  it('leaves out what the options deny', () => {
    expect(Object.keys(tlsFilesFrom('/tls', { crl: false, keyPass: false }))).toEqual([
      'caPath',
      'certPath',
      'keyPath',
    ]);
  });

  it.each([
    ['/tls/', '/tls/ca.crt'],
    ['/tls/..data', '/tls/..data/ca.crt'],
  ])('joins the directory %p', (directory, caPath) => {
    expect(tlsFilesFrom(directory).caPath).toBe(caPath);
  });
});

describe('tlsSetting', () => {
  it('switches TLS on and writes each path under its key', () => {
    expect(connection.lines(ALL)).toEqual([
      { key: 'a.tls.enable', value: 'true' },
      { key: 'a.tls.ca.path', value: '/tls/ca.crt' },
      { key: 'a.tls.ca.crl.path', value: '/tls/ca.crl' },
      { key: 'a.tls.cert.path', value: '/tls/tls.crt' },
      { key: 'a.tls.key.path', value: '/tls/tls.key' },
      { key: 'a.tls.key.pass.path', value: '/tls/key.pass' },
      { key: 'a.tls.package.path', value: '/usr/lib64' },
      { key: 'a.tls.decrypter.path', value: '/opt/libdecrypt.so' },
    ]);
  });

  it('finds nothing wrong with all files, nor with the least ones', () => {
    const least = tlsFilesFrom('/tls');

    expect([
      ...connection.problems(ALL),
      ...connection.problems({ ...least, packagePath: '/usr/lib64' }),
      ...hcom.problems(least),
    ]).toEqual([]);
  });

  it.each([
    ['relative', 'tls/ca.crt'],
    ['empty', ''],
    ['of two lines', '/tls/ca.crt\nock.mmc.tls.enable = false'],
    ['with a space that MemCache would cut off', '/tls/ca.crt '],
    ['of 256 bytes', `/${'a'.repeat(255)}`],
    ['of fewer letters but more bytes', `/${'ä'.repeat(128)}`],
    ['that is no text', 7],
  ])('refuses a path %s', (_, caPath) => {
    expect(connection.problems({ ...ALL, caPath })).toEqual([
      {
        path: ['caPath'],
        value: caPath,
        rule: 'a path is absolute, on one line, without a space at its end and at most 255 bytes long',
        remedy: 'write it from the root, for example /etc/memcache/tls/ca.crt',
      },
    ]);
  });

  it('accepts a path of 255 bytes', () => {
    expect(connection.problems({ ...ALL, caPath: `/${'a'.repeat(254)}` })).toEqual([]);
  });

  it.each(Object.keys(ALL))('checks %s', (name) => {
    expect(connection.problems({ ...ALL, [name]: 'relative' })).toMatchObject([
      { path: [name], value: 'relative' },
    ]);
  });

  it.each(['caPath', 'certPath', 'keyPath'])('refuses files without %s', (name) => {
    expect(connection.problems({ ...ALL, [name]: undefined })).toMatchObject([
      { path: [name], value: undefined, rule: 'TLS needs this file' },
    ]);
  });

  it('refuses files without the directory of OpenSSL, without which MemCache does not start', () => {
    expect(connection.problems(tlsFilesFrom('/tls'))).toMatchObject([
      { path: ['packagePath'], value: undefined, remedy: 'name the one that holds libssl.so' },
    ]);
  });

  it('refuses the directory of OpenSSL where there is no key for it', () => {
    expect(hcom.problems(ALL)).toMatchObject([
      { path: ['packagePath'], value: '/usr/lib64', remedy: 'leave it out here' },
    ]);
  });

  it('reports an unknown path', () => {
    expect(connection.problems({ ...ALL, certificatePath: '/tls/tls.crt' })).toMatchObject([
      { path: ['certificatePath'], remedy: 'did you mean certPath? Rename or remove it' },
    ]);
  });

  it.each([true, '/tls', null])('refuses %p in place of the files', (value) => {
    expect(connection.problems(value)).toEqual([
      {
        path: [],
        value,
        rule: 'TLS is set up by the paths of its files',
        remedy: 'use tlsFilesFrom(…)',
      },
    ]);
  });
});

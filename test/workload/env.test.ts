/** Tests of environment variables: how they are rendered, and which plain values are taken for secrets. */
import { envProblems, fromField, fromSecret, toEnvVars } from '../../lib/workload/env';
import { REDACTED } from '../../lib/kube/problems';
import { expectProblemAlone } from '../support/problems';
import { containerWith, storeWith } from '../support/stores';

const SECRET = /a secret is never a plain value/;

describe('the environment', () => {
  it('is rendered in the order in which it was written', () => {
    const env = {
      Z: 'last',
      A: '',
      PASSWORD: fromSecret('db-auth', 'password'),
      POD_IP: fromField('status.podIP'),
    };

    expect(containerWith({ env })).toHaveProperty('env', [
      { name: 'Z', value: 'last' },
      { name: 'A', value: '' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db-auth', key: 'password' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ]);
  });

  it('is left out when it is empty', () => {
    expect(toEnvVars({})).toEqual([]);
    expect(containerWith({ env: {} })).not.toHaveProperty('env');
  });
});

describe("a variable's name", () => {
  it.each(['A', '_', 'a.b-c_1', '.x', '-x'])('may be %s', (name) => {
    expect(envProblems({ [name]: 'value' })).toEqual([]);
  });

  it.each(['', '1A', 'A B', 'A=B', 'Ä', 'A\n'])('may not be %p', (name) => {
    expectProblemAlone(() => storeWith({ env: { [name]: 'value' } }), {
      property: `env[${JSON.stringify(name)}]`,
      value: name,
      rule: /does not begin with a digit/,
    });
  });
});

describe('a secret', () => {
  it.each([
    'PASSWORD',
    'MYSQL_ROOT_PASSWORD',
    'PGPASSWORD',
    'db-passwd',
    'SSH_PASSPHRASE',
    'SMTP_PASS',
    'MYSQL_PWD',
    'CLIENT_SECRET',
    'SECRET_KEY_BASE',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'CREDENTIAL',
    'GOOGLE_CREDENTIALS',
    'API_KEY',
    'OPENAI_API_KEY',
    'APIKEY',
    'X_APIKEY',
    'ACCESSKEY',
    'PRIVATE_KEY',
    'SSH_PRIVATE_KEY_PEM',
    'ENCRYPTION_KEY',
    'SIGNING_KEY',
  ])('is what %s holds', (name) => {
    expectProblemAlone(() => storeWith({ env: { [name]: 'hunter2' } }), {
      property: `env.${name}`,
      value: REDACTED,
      rule: SECRET,
      remedy: /fromSecret/,
    });
  });

  it('is what a name with dots holds', () => {
    expectProblemAlone(() => storeWith({ env: { 'db.password': 'hunter2' } }), {
      property: 'env["db.password"]',
      value: REDACTED,
      rule: SECRET,
    });
  });

  it.each([
    'postgres://app:hunter2@db:5432/app',
    'redis://:hunter2@cache:6379/0',
    'mongodb://a:b@m0,m1/?replicaSet=rs',
    'https://app:p$ss@example.org',
    'https://app:prefix$(PASSWORD)@example.org',
  ])('is what the address %s holds, whatever the variable is called', (value) => {
    expectProblemAlone(() => storeWith({ env: { BACKEND_URL: value } }), {
      property: 'env.BACKEND_URL',
      value: REDACTED,
      rule: SECRET,
    });
  });

  it.each([
    ['TOKEN_TTL', '3600'],
    ['PASSWORD_FILE', '/run/secrets/password'],
    ['PASSWORD_LENGTH', '16'],
    ['TLS_PRIVATE_KEY_PATH', '/tls/tls.key'],
    ['SECRET_NAME', 'db-auth'],
    ['SECRETS_DIR', '/run/secrets'],
    ['TOKEN_URL', 'https://login.example/token'],
    ['TOKEN_EXPIRY', '1h'],
    ['KEY_ID', 'AKIA0'],
    ['AWS_ACCESS_KEY_ID', 'AKIA0'],
    ['KEY', 'value'],
    ['KEYSPACE', 'app'],
    ['PRIMARY_KEY', 'id'],
    ['PASSENGER_COUNT', '4'],
    ['COMPASS', 'north'],
    ['TOKENIZER', 'bpe'],
    ['MAX_TOKENS', '4096'],
    ['BYPASS_CACHE', 'no'],
    ['ALLOW_EMPTY_PASSWORD', 'yes'],
    ['RANDOM_ROOT_PASSWORD', 'TRUE'],
    ['PASSWORD_REQUIRED', '0'],
    ['PASSWORD_REQUIRED', '1'],
    ['PASSWORD', ''],
    ['BACKEND', 'https://example.org:8443/a@b'],
    ['BACKEND', 'https://app@example.org/x'],
    ['BACKEND', 'http://[::1]:80/a:b@c'],
    ['BACKEND', 'postgres://app:$(PASSWORD)@db:5432/app'],
    ['GREETING', 'a:b@c'],
  ])('is not taken from %s=%s', (name, value) => {
    expect(envProblems({ [name]: value })).toEqual([]);
  });

  it('may be referred to under any name', () => {
    expect(envProblems({ PASSWORD: fromSecret('db-auth', 'password') })).toEqual([]);
  });
});

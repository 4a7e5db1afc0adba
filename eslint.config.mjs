import eslint from '@eslint/js';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';
import layout from './eslint.layout.mjs';

export default tseslint.config(
  { ignores: ['**/build/', 'coverage/', 'dist/', 'imports/', '.cache/'] },
  eslint.configs.recommended,
  ...layout,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // A namespace of static factories (`Probe.http(…)`) is how cdk8s APIs read.
      '@typescript-eslint/no-extraneous-class': 'off',
      // Constructs register themselves in their scope.
      'no-new': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'fc.assert', 'expectProblem*'] }],
    },
  },
  {
    files: ['*.js', '**/*.mjs'],
    languageOptions: {
      globals: { module: 'writable', process: 'readonly', console: 'readonly', setInterval: 'readonly' },
    },
  },
);

// Lint rules that the compiler cannot check. Each ban on a global in the core names its replacement.
import tseslint from 'typescript-eslint';

const banned = (name, message) => ({ name, message });

export default tseslint.config(
  { ignores: ['node_modules/', 'var/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: ['error', 'always'],
      'max-len': ['error', { code: 120, ignoreUrls: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: name what the file is for.' },
      ],
    },
  },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['ev-central/core/**/*.ts', 'ev-notifier/core/**/*.ts', 'ev-cp-engine/engine.ts', 'ev-cp-engine/vehicle.ts', 'ev-cp-monitor/monitor.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        banned('Date', 'The core gets `now` as an argument; calendar arithmetic lives in shared/clock.ts.'),
        banned('process', 'The core reads no environment: pass what it needs in its settings.'),
        banned('console', 'The core does not log: return an effect.'),
        banned('setTimeout', 'The core has no timers: keep a deadline in the state and wait for the tick input.'),
        banned('setInterval', 'The core has no timers: keep a deadline in the state and wait for the tick input.'),
        banned('crypto', 'The core makes no random values: ids come from its counter, keys come with the input.'),
        banned('fetch', 'The core does no I/O: return an effect and take the answer as an input.'),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The core makes no random values: ids come from its counter.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: name what the file is for.' },
        { selector: ':function[async=true]', message: 'The core is synchronous: the answer of an effect is an input.' },
        { selector: 'AwaitExpression', message: 'The core is synchronous: the answer of an effect is an input.' },
      ],
    },
  },
);

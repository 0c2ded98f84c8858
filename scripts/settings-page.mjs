import { settingsTable } from '../dist/config/settings-table.js'

/** The page of settings, from the table in src/config. */
export const settingsPage = () => `# Settings

Generated from \`src/config/settings.ts\` by \`npm run generate\`; do not edit.

Every setting is an environment variable, the common ones are flags of \`mapkeep serve\`, too. A flag goes before the variable, the variable before
the default. An empty variable counts as not set.

All faults are reported at once, at the start, each with the variable, its value (never that of a secret, and of an address only its scheme) and what is allowed; the exit code is 2.

${settingsTable()}
The command line's clients take \`MAPKEEP_URL\` (default \`http://127.0.0.1:8190\`), \`DD_API_KEY\` and \`DD_APP_KEY\`.
`

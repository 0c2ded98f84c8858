/** The API reference page. Its addresses are relative, so that it works behind a path prefix, too; it holds no script of its own. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>mapkeep API</title>
    <link rel="icon" type="image/png" sizes="32x32" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <div id="reference"></div>
    <noscript><p>This page needs JavaScript. The same contract as data: <a href="openapi.json">openapi.json</a></p></noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`

/** What the page's script does once the reference viewer is loaded. */
export const docsScript = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  // The default would send the document's address to a public service
  validatorUrl: null,
})
`

/** The page's own style. */
export const docsStyle = `body { margin: 0; background: #fafafa; }
noscript p { margin: 2rem; font: 1rem/1.5 sans-serif; }
`

/** What the page may load: its own server's files only. Icons inside the style sheet are data URLs. */
export const docsSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Plots as SVG.

const [width, height] = [760, 420]
const margin = { left: 70, right: 210, top: 40, bottom: 50 }
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000']

/**
 * With logarithmic axes: what costs the same at every size is a level line. `series`: `{ name, points: [[x, y]…] }` with positive numbers; `x`
 * and `y` name the axes with their units.
 */
export function logPlot(wish) {
  return plot(wish, { scale: logScale, radius: 3.5 })
}

/** With axes that begin at zero, for figures over time; the same wish. */
export function linePlot(wish) {
  return plot(wish, { scale: linearScale, radius: 0 })
}

function plot({ title, x, y, series }, { scale, radius }) {
  const scaleX = scale(
    series.flatMap(({ points }) => points.map(([at]) => at)),
    [margin.left, width - margin.right],
  )
  const scaleY = scale(
    series.flatMap(({ points }) => points.map(([, at]) => at)),
    [height - margin.bottom, margin.top],
  )
  const parts = [
    text({ at: [margin.left, 22], content: title, more: 'font-size="15" font-weight="bold"' }),
    text({ at: [(margin.left + width - margin.right) / 2, height - 12], content: x, more: 'text-anchor="middle"' }),
    `<g transform="translate(18 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)">${text({ at: [0, 0], content: y, more: 'text-anchor="middle"' })}</g>`,
    ...scaleX.ticks.flatMap(tick => gridX(tick, scaleX)),
    ...scaleY.ticks.flatMap(tick => gridY(tick, scaleY)),
    ...series.flatMap((one, at) => line(one, { scaleX, scaleY, radius, at })),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

function logScale(values, [from, to]) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const place = value => Math.round((from + ((Math.log10(value) - low) / (high - low)) * (to - from)) * 10) / 10
  return { place, ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)) }
}

function linearScale(values, [from, to]) {
  const most = Math.max(...values) || 1
  const magnitude = 10 ** Math.floor(Math.log10(most))
  const step = magnitude * ([0.2, 0.5, 1].find(each => most / (magnitude * each) <= 6) ?? 2)
  const count = Math.ceil(most / step)
  const place = value => Math.round((from + (value / (count * step)) * (to - from)) * 10) / 10
  return { place, ticks: Array.from({ length: count + 1 }, (_, at) => at * step) }
}

const grid = '<path stroke="#dddddd" fill="none" d='

function gridX(tick, { place }) {
  const [at, bottom] = [place(tick), height - margin.bottom]
  return [`${grid}"M${at} ${margin.top}V${bottom}"/>`, text({ at: [at, bottom + 18], content: shown(tick), more: 'text-anchor="middle"' })]
}

function gridY(tick, { place }) {
  const at = place(tick)
  const label = text({ at: [margin.left - 8, at + 4], content: shown(tick), more: 'text-anchor="end"' })
  return [`${grid}"M${margin.left} ${at}H${width - margin.right}"/>`, label]
}

/** Where colours begin anew, dashes tell two lines apart. */
function line({ name, points }, { scaleX, scaleY, radius, at }) {
  const colour = colours[at % colours.length]
  const stroke = `stroke="${colour}" stroke-width="2"${at < colours.length ? '' : ` stroke-dasharray="${Math.floor(at / colours.length) * 4} 3"`}`
  const places = points.map(([px, py]) => [scaleX.place(px), scaleY.place(py)])
  const legend = margin.top + 10 + at * 20
  const left = width - margin.right + 14
  return [
    `<polyline fill="none" ${stroke} points="${places.map(pair => pair.join(',')).join(' ')}"/>`,
    ...(radius > 0 ? places.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="${radius}" fill="${colour}"/>`) : []),
    `<path ${stroke} d="M${left} ${legend}h18"/>`,
    text({ at: [left + 24, legend + 4], content: name, more: '' }),
  ]
}

const shown = value => (value >= 1 || value === 0 ? value.toLocaleString('en') : String(Number(value.toPrecision(1))))

function text({ at: [px, py], content, more }) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${px}" y="${py}" ${more}>${escaped}</text>`
}

/**
 * Figures as people read them: three significant digits, never an exponent.
 */
import test from 'ava'
import { formatFigure } from '#bench/harness/report.js'

const written = test.macro({
  exec: (t, figure: number, text: string) => t.is(formatFigure(figure), text),
  title: (_, figure, text) => `${figure} is written ${text}`,
})

test(written, 0.056_28, '0.0563')
test(written, 1.2, '1.20')
test(written, 84.06, '84.1')
test(written, 1234.4, '1234')
test(written, 0.000_001_234, '0.00000123')
test(written, 0, '0')
test(written, Number.NaN, 'NaN')

/** N-queens: the published counts of small boards, by the loop that all cores run. */
import test from 'ava'
import { SOLUTIONS, allColumns, countSolutions, rowsOf } from '#kernels/nqueens/board.js'

for (let size = 1; size <= 10; size++) {
  test(`a board of ${size} has the published number of solutions`, (t) => {
    t.is(countSolutions(allColumns(size), 0, 0, 0), SOLUTIONS[size]!)
  })
}

test('rows filled are columns taken', (t) => {
  t.is(rowsOf(0), 0)
  t.is(rowsOf(0b1011), 3)
})

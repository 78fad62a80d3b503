/**
 * Trees of UTS: published counts (T1 and T3 are searched in test/process/kernels-cli), and that
 * giving work away loses and repeats nothing.
 */
import test from 'ava'
import { countTree } from '#kernels/uts/reference.js'
import { Search } from '#kernels/uts/search.js'
import { TREES } from '#kernels/uts/tree.js'

const sample = (name: string) => TREES.find((tree) => tree.name === name)!

for (const name of ['T2', 'T4', 'T5']) {
  test(`the plain search of ${name} finds the published counts`, (t) => {
    t.deepEqual(countTree(sample(name)), sample(name).counts)
  })
}

for (const order of ['oldest', 'newest'] as const) {
  test(`nodes given away are explored once, the ${order} first`, (t) => {
    const tree = sample('tiny')
    const search = new Search(tree)
    const nodes: number[][] = []
    let given = 0
    const giveAway = (...node: number[]): void => {
      given++
      nodes.push(node)
    }
    search.begin(giveAway)
    while (nodes.length > 0) {
      const [a, b, c, d, e, depth] = order === 'oldest' ? nodes.shift()! : nodes.pop()!
      search.explore(a!, b!, c!, d!, e!, depth!, giveAway)
    }
    t.deepEqual(search.counts, countTree(tree))
    t.true(given > 100)
  })
}

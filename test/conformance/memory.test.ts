/** The memory transport does what every transport must do, under delivery in any order. */
import { MemoryNetwork } from '#core/transport/memory.js'
import { chosen } from '../support/delivery.ts'
import { transportConformance } from './transport.ts'

transportConformance((endpoints, ringWords, firstPosition) => {
  const network = new MemoryNetwork(endpoints, ringWords, firstPosition)
  const numbers = Array.from({ length: endpoints }, (_, endpoint) => endpoint)
  return {
    transports: numbers.map((endpoint) => network.transport(endpoint)),
    advance: (schedule) => void chosen(schedule)(network),
    settle: () => network.deliverAll(),
    lose: (endpoint) => network.lose(endpoint),
    close: () => network.close(),
  }
})

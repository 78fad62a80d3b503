/** Entry of the worker behind the postMessage baselines. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import type { PostMessageMode } from './post-message.ts'

type Numbers = [number, number, number] | []

function listen(port: MessagePort, mode: PostMessageMode): void {
  let sum = 0
  const answerEach = ([a = 0, b = 0, c = 0]: Numbers): void => port.postMessage(a + b + c)
  const sumUp = (numbers: Numbers): void => {
    if (numbers.length > 0) {
      const [a = 0, b = 0, c = 0] = numbers
      sum += a + b + c
      return
    }
    port.postMessage(sum)
    sum = 0
  }
  port.on('message', mode === 'answer-each' ? answerEach : sumUp)
  port.postMessage('listening')
}

listen(parentPort!, workerData as PostMessageMode)

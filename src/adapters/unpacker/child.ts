/**
 * Child: the process in which one archive is taken apart. It has no environment, no network, no file it may write
 * and none it may read but its own program; it sees the archive by ranges and gives the next part when it is asked.
 */
import { read, receive, send } from '#adapters/inspector/child-pipe.ts'
import { frameKinds, writeEntry } from '#adapters/inspector/frames.ts'
import { readArchive } from '#formats/archive/look.ts'

const none = Buffer.alloc(0)

const unpack = async (size: number, from: number): Promise<void> => {
  const range = { size, read: async (offset: number, length: number) => read(offset, length) }
  for await (const part of readArchive(range, from)) {
    if (part.is === 'done') send(frameKinds.done, Buffer.from(`\0${JSON.stringify(part.codes)}`))
    else {
      if (part.is === 'entry')
        send(frameKinds.entry, writeEntry(part.entry.index, part.entry.modified, part.entry.name))
      else send(part.is === 'end' ? frameKinds.end : frameKinds.piece, part.is === 'end' ? none : part.bytes)
      receive(frameKinds.next)
    }
  }
}

send(frameKinds.ready, none)
const { payload } = receive(frameKinds.unpack)
await unpack(payload.readDoubleLE(0), payload.readUInt32LE(8))
process.exit(0)

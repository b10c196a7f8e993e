import type { Actions } from './actions.ts'
import type { Scene } from './scene.ts'
export const SendPages = ({ scene, actions }: { scene: Scene; actions: Actions }) => (
  <div>
    <pre id="scene">{JSON.stringify(scene)}</pre>
    {Object.entries(actions).map(([name, act]) => (
      <button key={name} type="button" id={name} onClick={() => (act as () => void)()}>
        {name}
      </button>
    ))}
  </div>
)

/** The sender's pages in a browser: what the server sent stays until the first scene is drawn. */
import { createRoot } from 'react-dom/client'

const place = document.querySelector('main')
if (place !== null) createRoot(place).render(<p>…</p>)

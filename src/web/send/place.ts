/** Where the pages are drawn: in the stead of what the server sent, once there is something to draw. */

/** An empty place where the `<main>` of the server's page was; the pages bring a `<main>` of their own. */
export const takePlace = (): Element => {
  const place = document.createElement('div')
  place.className = 'pages'
  const sent = document.querySelector('main')
  if (sent === null) document.body.append(place)
  else sent.replaceWith(place)
  return place
}

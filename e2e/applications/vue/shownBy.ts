/** Who has shown the list of products: at first the application itself, later whoever has come back to it. */
export const shownBy = { flow: 'boot' }

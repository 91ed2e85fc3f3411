closed: undefined

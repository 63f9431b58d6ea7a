import { configureStore, createAsyncThunk, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { setupListeners } from '@reduxjs/toolkit/query'
import { echo } from '../supportFlow'
import { shopApi } from './shopApi'

interface ShopState {
  readonly added: readonly string[]
  readonly filter: string
  /** Which page is shown, and who opened it. */
  readonly product: string | null
}

const initialState: ShopState = { added: [], filter: '', product: null }

/** By hand, as the stock is asked for: RTK Query refetches a list only when none of its own requests is under way. */
export const openProduct = createAsyncThunk('shop/open', async (flow: string) => {
  await fetch(echo(flow, 'loader'))
  return flow
})

const shop = createSlice({
  name: 'shop',
  initialState,
  reducers: {
    lineAdded: (state, { payload }: PayloadAction<string>) => {
      state.added.push(payload)
    },
    filterChosen: (state, { payload }: PayloadAction<string>) => {
      state.filter = payload
    },
    productLeft: () => initialState,
  },
  extraReducers: (builder) =>
    builder.addCase(openProduct.fulfilled, (state, { payload }) => {
      state.product = payload
    }),
})

export const { lineAdded, filterChosen, productLeft } = shop.actions

export function createShopStore() {
  const store = configureStore({
    reducer: { [shopApi.reducerPath]: shopApi.reducer, shop: shop.reducer },
    middleware: (defaults) => defaults().concat(shopApi.middleware),
  })
  setupListeners(store.dispatch)
  return store
}

type ShopStore = ReturnType<typeof createShopStore>
export type RootState = ReturnType<ShopStore['getState']>
export type AppDispatch = ShopStore['dispatch']
